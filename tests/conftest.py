"""How the tests are divided among processes: what shares expensive work stays together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

SHARED = ("kernel", "notebook", "name")
"""Parameters whose tests share answers or an executed notebook; for other tests it is the file."""
DIVIDED = ("test_every_kernel.py", "test_every_notebook.py")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark each test with its group, before pytest-xdist reads the marks (`--dist loadgroup`)."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    return (yield)


def group_of(item: pytest.Item) -> str:
    """The file of a test; in the long files also the kernel or the notebook."""
    file = item.path.name
    if file not in DIVIDED:
        return file
    given = getattr(item, "callspec", None)
    shared = next((given.params[name] for name in SHARED if name in given.params), "") if given else ""
    return f"{file} {getattr(shared, 'name', shared)}"
