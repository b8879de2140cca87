"""`seedbed store list` and `store show`: what a server sent, to look at."""

from tests.harness import Project, Server, completion


def test_a_failed_reply_is_listed_and_shown(counted: Project, server: Server) -> None:
    counted.edit_params(lambda params: params["translate"].update(max_attempts=1, max_failed=0.5))
    server.fault = lambda body, number: (200, {}, completion("no\u202e JSON")) if number == 2 else None
    counted.run(*counted.stage_command("questions"))
    every = counted.run("seedbed", "store", "list", "--stage", "translate@questions").splitlines()
    assert len(every) == 3
    (line,) = counted.run("seedbed", "store", "list", "--stage", "translate@questions", "--failed").splitlines()
    assert line in every
    assert "not_json: the reply has no JSON object" in line
    assert line.endswith("no<U+202E> JSON")

    whole = counted.run("seedbed", "store", "show", line.split()[0])
    assert whole.startswith("translate@questions  ")
    assert "--- reply\nno<U+202E> JSON\n" in whole
    assert '"finish_reason": "stop"' in whole

    assert "no responses of 'translate@question' (did you mean 'translate@questions'?)" in counted.run(
        "seedbed", "store", "list", "--stage", "translate@question", fails=True
    )
    assert "no request begins with '000000'" in counted.run("seedbed", "store", "show", "000000", fails=True)
    assert "at least the first 6" in counted.run("seedbed", "store", "show", "00", fails=True)
