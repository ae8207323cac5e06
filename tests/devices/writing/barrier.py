"""A barrier on an independent Modbus module: it follows its coils at once."""

from __future__ import annotations

from pymodbus.constants import ExcCodes

from tests.devices.registers import Registers


class Barrier(Registers):
    """A module whose barrier follows its coils at once."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs[1] = True

    async def act(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        current: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Move when a coil was written."""
        done = await super().act(function, start, address, count, current, values)
        if self.coils[0] is not self.coils[1]:
            self.inputs[0:2] = self.coils[0:2]
        return done

    @property
    def is_open(self) -> bool:
        """Tell whether it stands open."""
        return self.inputs[0]
