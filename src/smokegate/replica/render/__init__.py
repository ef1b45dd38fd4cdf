"""The Tectonic platform on Render with Render's control plane: deploys that move through their states over time."""
