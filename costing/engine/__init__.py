"""The arithmetic of costing in plain integers: no models, no clock, no settings."""
