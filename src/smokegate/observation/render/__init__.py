"""The vantage point `platform`: Render's API on the services of a deployment."""
