"""A believable store to look around in: plainly made up, and the same for the same day and size."""

from dealership.demo.seeding import Demo, DemoInTheWay, seed_demo

__all__ = ["Demo", "DemoInTheWay", "seed_demo"]
