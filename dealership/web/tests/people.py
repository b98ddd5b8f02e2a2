"""People as the shell knows them: a name and what they may do."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Person:
    """Somebody who has signed in; ``capabilities`` is all that this person may do."""

    capabilities: frozenset[str] = frozenset()
    name: str = "王小明"
    language: str = ""
    theme: str = "auto"
    must_change_password: bool = False
    store: Any = None
    is_authenticated: bool = field(default=True, init=False)
    is_active: bool = field(default=True, init=False)

    def may(self, capability: str) -> bool:
        return capability in self.capabilities
