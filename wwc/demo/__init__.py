"""A world of invented cities, made by playing the real actions; for trying out and for tests."""

from wwc.demo.world import STAGES, World, world_at

__all__ = ["STAGES", "World", "world_at"]
