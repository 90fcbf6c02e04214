"""Settings that name only a part leave the rest as it was."""

from datetime import timedelta

import pytest

from services.notify.settings import NotifySettings


def test_a_time_for_one_kind_of_alert_leaves_the_others_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator who changes one time does not lose every other alert."""
    monkeypatch.setenv("AMTSBOTE_NOTIFY_LOOK_WITHIN_H", '{"power_cut": 1}')
    changed, default = NotifySettings().rules().look_within, NotifySettings.model_construct().rules().look_within
    assert changed == {**default, "power_cut": timedelta(hours=1)}
    assert len(default) == 7
