"""State machines as data: which state may follow which."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from dealership.kernel.errors import N_, Refusal

S = TypeVar("S", bound=str)


class IllegalTransition(Refusal):
    """A case may not go from the state it is in to the one asked for."""

    message = N_("The step from “%(source)s” to “%(target)s” is not possible.")


class TransitionTable(Generic[S]):
    """The allowed steps of one kind of case: ``TransitionTable({state: {targets}})``, for enum members or strings.

    Every state stands as a key; a state without targets is terminal. Staying in a state is a step like any other and
    must be listed. Immutable. Raises ValueError for a target that is no key, and later for a state it does not know.
    """

    def __init__(self, steps: Mapping[S, Iterable[S]]) -> None:
        self._targets: Mapping[S, frozenset[S]] = MappingProxyType(
            {state: frozenset(targets) for state, targets in steps.items()}
        )
        if strangers := {target for targets in self._targets.values() for target in targets} - self._targets.keys():
            raise ValueError(f"Targets that are no states of the table: {', '.join(sorted(map(str, strangers)))}.")

    @property
    def states(self) -> frozenset[S]:
        return frozenset(self._targets)

    @property
    def terminal(self) -> frozenset[S]:
        """The states that nothing follows."""
        return frozenset(state for state, targets in self._targets.items() if not targets)

    def is_terminal(self, state: S) -> bool:
        return not self.targets(state)

    def targets(self, source: S) -> frozenset[S]:
        """The states that may follow ``source``."""
        try:
            return self._targets[source]
        except KeyError:
            raise ValueError(f"“{source}” is no state of the table.") from None

    def sources(self, target: S) -> frozenset[S]:
        """The states that may lead to ``target``: what a conditional UPDATE filters by."""
        self.targets(target)
        return frozenset(state for state, targets in self._targets.items() if target in targets)

    def may_move(self, source: S, target: S) -> bool:
        """Whether ``target`` may directly follow ``source``."""
        self.targets(target)
        return target in self.targets(source)

    def assert_move(self, source: S, target: S) -> None:
        """Raise IllegalTransition unless ``target`` may directly follow ``source``; enum labels name the states."""
        if not self.may_move(source, target):
            raise IllegalTransition(source=getattr(source, "label", source), target=getattr(target, "label", target))

    def reachable(self, source: S) -> frozenset[S]:
        """All states that can be reached from ``source`` in one step or more."""
        found: set[S] = set()
        open_states = set(self.targets(source))
        while open_states:
            state = open_states.pop()
            found.add(state)
            open_states |= self._targets[state] - found
        return frozenset(found)

    def unreachable(self, initial: S) -> frozenset[S]:
        """The states that no case can get to from ``initial``; empty for a sound table."""
        return self.states - self.reachable(initial) - {initial}
