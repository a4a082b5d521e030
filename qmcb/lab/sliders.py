"""Sliders in JupyterLab over the functions that a page calls with fixed values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from qmcb.errors import InputError


class Choice(Protocol):
    """What can be chosen: its name for people, all values as texts and numbers, and the one in force."""

    @property
    def label(self) -> str: ...

    @property
    def options(self) -> Sequence[tuple[str, float]]: ...

    @property
    def today(self) -> float: ...


def slide(draw: Callable[..., object], choices: Mapping[str, Choice], *, sliders: bool) -> object:
    """What `draw` makes of today's values or, in JupyterLab, of those that a person chooses.

    `draw` is called with each name of `choices` and its value. A page has no sliders: without them the
    picture is returned as it is. Raises `InputError` where ipywidgets is not installed.
    """
    if not sliders or not choices:
        return draw(**{name: choice.today for name, choice in choices.items()})
    try:
        import ipywidgets
    except ImportError:
        todo = "pip install qmcb[lab], or leave sliders off"
        raise InputError("ipywidgets for sliders", "it is not installed", todo) from None
    from IPython.display import display

    def show(**values: Any) -> None:
        display(draw(**values))  # type: ignore[no-untyped-call]

    controls = {
        name: ipywidgets.SelectionSlider(
            options=list(choice.options),
            value=choice.today,
            description=choice.label,
            continuous_update=False,
            style={"description_width": "16em"},
            layout={"width": "42em"},
        )
        for name, choice in choices.items()
    }
    return ipywidgets.VBox([*controls.values(), ipywidgets.interactive_output(show, controls)])
