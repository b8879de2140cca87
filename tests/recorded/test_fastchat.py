"""Ids of recorded models and questions, as file and stage names can hold them."""

import pytest

from seedbed.recorded.fastchat import slug
from seedbed.util.errors import UserError


def test_slug() -> None:
    assert slug("Org/Model v1.0") == "org-model-v1-0"
    with pytest.raises(UserError, match="contains no letter or digit"):
        slug("モデル")
