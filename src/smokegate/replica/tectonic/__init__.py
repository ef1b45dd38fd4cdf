"""The Tectonic Trading Platform: a web service and a static site behind Render's edge."""
