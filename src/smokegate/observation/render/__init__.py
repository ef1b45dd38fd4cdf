"""The vantage `platform`: what Render's own API says of the services behind a deployment."""
