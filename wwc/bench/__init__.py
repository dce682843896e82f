"""How long the city's pages take, as ratios to an empty page of the same site: `manage.py bench`."""
