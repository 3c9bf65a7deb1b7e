"""Demo data of the register: invented circuits between real cities on four continents."""

from networkroutes.demo.load import load

__all__ = ["load"]
