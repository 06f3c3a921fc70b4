"""Render a Verdict as text and as HTML. Everything that came from the student's process is escaped."""

from __future__ import annotations

import re
from html import escape

from autograder.exercises import catalogue
from autograder.exercises.model import CONTRACT
from autograder.judge.formatting import aligned, quoted
from autograder.judge.verdict import (
    DERIVATIVE,
    CodeChange,
    Counterexample,
    CupyTrial,
    Diagnosis,
    Difference,
    DifferenceKind,
    RequirementResult,
    Verdict,
)
from autograder.plaindata.call import ANOTHER_ANSWER

PASS_COLOUR = "#009E73"
FAIL_COLOUR = "#D55E00"
REMARK_COLOUR = "#E69F00"
NAMES = {"cpu": "CPU", "cuda": "CUDA", "mps": "MPS", DERIVATIVE: "numerical derivative"}

KINDS_OF_HIDDEN_DIFFERENCE: dict[DifferenceKind, str] = {
    "exception": "your function raises an exception on a further case of this kind",
    "arguments": "your function does not take the arguments of a further case of this kind",
    "type": "your function does not return what it should on a further case of this kind",
    "shape": "the shape is wrong on a further case of this kind",
    "dtype": "the dtype is wrong on a further case of this kind",
    "not finite": "NaN or infinite numbers where finite ones are right, on a further case of this kind",
    "values": "the numbers differ on a further case of this kind",
    "inputs": "your function changes its arguments on a further case",
}


def headline(verdict: Verdict) -> str:
    """Return the first line: `elu: 3 of 5 points`."""
    return f"{verdict.exercise}: {verdict.points:g} of {verdict.max_points:g} points"


def compared_with(verdict: Verdict) -> str:
    """Name the reference: "compared with torch.nn.functional.elu, PyTorch 2.13.0 on CPU (no CUDA, no MPS here)"."""
    present = [NAMES[device] for device, status in verdict.devices.items() if status == "present"]
    absent = [f"no {NAMES[device]}" for device, status in verdict.devices.items() if status in ("absent", "failed")]
    exercise = catalogue().get(verdict.exercise)
    call = f"{exercise.pytorch}, " if exercise else ""
    version = verdict.versions.get("torch", "").split("+")[0]
    if date := verdict.versions.get("recorded"):
        return f"compared with what {call}PyTorch {version}, gave on {date} (recorded on a CPU)"
    text = f"compared with {call}PyTorch {version} on {' and '.join(present)}"
    return f"{text} ({', '.join(absent)} here)" if absent else text


def problem_sentences(verdict: Verdict) -> list[str]:
    """Say why the kernel could not be judged, and what to do; nothing where it was judged."""
    problem = verdict.problem
    if problem is None:
        return []
    exercise = catalogue().get(verdict.exercise)
    name = verdict.exercise
    message = problem["message"]
    if problem["kind"] == "not implemented":
        return [
            f"{name} is not written yet: put your code where it says raise NotImplementedError, then run both cells."
        ]
    if problem["kind"] == "arguments":
        call = exercise.signature if exercise else name
        return [f"The arguments do not fit: {message}.", f"Give it the parameters of the exercise: {call}."]
    if problem["kind"] == "time":
        where = f", in your line {problem['line_number']}: {problem['line']}" if problem.get("line") else "."
        return [f"{name} did not return: {message}{where}", *_on_input(problem)]
    if problem["kind"] == "gone":
        return [f"The process that ran {name} ended: {message}.", *_on_input(problem)]
    return [f"{message[:1].upper()}{message[1:]}."]


def _on_input(problem: dict) -> list[str]:
    return [f"The call was {problem['case']}"] if problem.get("case") else []


def difference_sentences(verdict: Verdict, found: Counterexample) -> list[str]:
    """Say what is wrong in a counterexample."""
    difference = found.difference
    if found.hidden:
        what = KINDS_OF_HIDDEN_DIFFERENCE[difference.kind]
        return [f"The public cases pass, but {what}." if verdict.cases == "all" else f"{what[:1].upper()}{what[1:]}."]
    if difference.kind == "exception":
        return [
            *_why_alike(found),
            f"Your function raised {quoted(difference.message)}",
            *_own_line(found),
            *_advice(difference.message),
        ]
    sentences = [
        *_why_alike(found),
        _sentence(difference.message, difference.output),
        *_about_the_form(difference),
        *_own_draws(verdict, difference),
    ]
    if difference.worst is not None and difference.total > 1:
        at = ", ".join(map(str, difference.worst))
        text = f"Worst at [{at}]: expected {_short(difference.expected)}, yours {_short(difference.got)}"
        if difference.error is not None:
            text += f", off by {difference.error:.3g} where {_limit(difference.tolerance)} is allowed"
        sentences.append(f"{text}.")
    elif difference.error is not None:
        sentences.append(f"It is off by {difference.error:.3g} where {_limit(difference.tolerance)} is allowed.")
    if found.oracle == DERIVATIVE:
        sentences.append("PyTorch gives your numbers, a numerical derivative does not: please tell your instructor.")
    return sentences


SHAPE_COSTS_ONCE = "This costs one requirement; the others count the numbers."
WHY_FLOAT64 = (
    "Something in your function is float64 and takes float32 along: an array that np.zeros or np.ones makes, or a "
    "number of NumPy's, as np.sqrt(2 / n) is (since NumPy 2). Python's own numbers, such as (2 / n) ** 0.5, adapt to "
    "the array."
)


def _about_the_form(difference: Difference) -> list[str]:
    """Say what right numbers in another shape or dtype cost, and where float64 comes from."""
    if not difference.right_numbers:
        return []
    if difference.kind == "shape":
        return [SHAPE_COSTS_ONCE]
    return [WHY_FLOAT64] if difference.message.endswith("dtype is float64, asked is float32") else []


CONTRACT_IN_FULL = (
    "This is the contract of every exercise: float32 stays float32 and whole numbers give float64, in whatever order "
    "arrays lie in memory, and your function leaves its arguments as they were."
)
"""What a report says once of the contract."""


def _contract_sentence(requirement: str) -> list[str]:
    """Say what the contract is, where it is not kept."""
    return [CONTRACT_IN_FULL] if requirement == CONTRACT else []


def _why_alike(found: Counterexample) -> list[str]:
    """Say why this case is new to the student."""
    if not found.lookalike:
        return []
    return ["The public cases pass; a hidden case fails in the same way as this one."]


NOISE = ("u", "noise", "candidates")
"""Parameters that hold the random numbers of an exercise."""


def _own_draws(verdict: Verdict, difference: Difference) -> list[str]:
    """Say where the random numbers are, to a function that gives another answer each time."""
    exercise = catalogue().get(verdict.exercise)
    given = [name for name in exercise.parameters if name in NOISE] if exercise else []
    if given and difference.message == ANOTHER_ANSWER:
        return [f"It draws random numbers of its own: the ones to use are its argument {given[0]}."]
    return []


ADVICE = {
    "is not available while grading": "Do without it: check goes by the same rules as grading.",
    "truth value of an array": "if, while, and, or, max(...) decide once for the whole array; np.where, np.maximum, & "
    "and | decide for each entry.",
    "only length-1 arrays can be converted": "The functions of math take single numbers; NumPy's take arrays.",
    "only 0-dimensional arrays can be converted": "The functions of math take single numbers; NumPy's take arrays.",
}
"""Advice on exceptions whose own text misleads beginners: a part of the text -> what to say."""


def _advice(message: str) -> list[str]:
    return [advice for part, advice in ADVICE.items() if part in message]


def _own_line(found: Counterexample) -> list[str]:
    difference = found.difference
    return [f"in your line {difference.line_number}: {difference.line}"] if difference.line else []


def _short(number: str) -> str:
    return number if number in ("True", "False") else f"{float(number):.6g}"


def _sentence(message: str, output: str) -> str:
    """Make a sentence of a message. A name at its beginning stays as it is written in code."""
    return f"{message}." if output and message.startswith(output) else f"{message[:1].upper()}{message[1:]}."


def _limit(tolerance: float | None) -> str:
    return "nothing" if not tolerance else f"{tolerance:.1g}"


def call_text(verdict: Verdict, found: Counterexample) -> str:
    """Write the failing call as a person would type it, an argument a line where they are long."""
    arguments = [f"{name}={aligned(text, f'{name}=')}" for name, text in found.call.items()]
    joined = ", ".join(arguments)
    if len(joined) <= 72 and "\n" not in joined:
        return f"{verdict.exercise}({joined})"
    indent = "\n    "
    lines = indent.join(argument.replace("\n", indent) + "," for argument in arguments)
    return f"{verdict.exercise}({indent}{lines}\n)"


def call_as_typed(name: str, found: Counterexample) -> str:
    """Write a call in one line."""
    arguments = (f"{key}={' '.join(text.split())}" for key, text in found.call.items())
    return f"{name}({', '.join(arguments)})"


def _failed(verdict: Verdict) -> list[tuple[str, Counterexample]]:
    """Return the names of the requirements that have a counterexample, each with it."""
    return [(result.name, result.counterexample) for result in verdict.requirements if result.counterexample]


# ---------------------------------------------------------------- text


def as_text(verdict: Verdict) -> str:
    """Render the report for a terminal."""
    lines = [f"{headline(verdict)}  ({compared_with(verdict)})"]
    if verdict.problem:
        lines += [f"  {sentence}" for sentence in problem_sentences(verdict)]
        return "\n".join(lines)
    width = max(len(requirement.name) for requirement in verdict.requirements)
    for requirement in verdict.requirements:
        mark = "✓" if requirement.passed else "✗" if requirement.counterexample else "·"
        share = f"{requirement.points:g}/{requirement.max_points:g}"
        lines.append(f"  {mark} {requirement.name:<{width}}  {share}{_oracles_text(requirement)}")
    for diagnosis in _diagnoses(verdict):
        lines += ["", f"  {_diagnosis_title(diagnosis)}", f"  {diagnosis.text}"]
    if told := repair_sentences(verdict):
        lines += ["", *(f"  {sentence}" for sentence in told)]
    for name, found in _failed(verdict)[:1]:
        lines += ["", *(f"  {line}" for line in _counterexample_text(verdict, name, found))]
    lines += [f"  Remark: {remark}" for remark in verdict.remarks]
    lines += [f"  On the GPU: {verdict.cupy_trial.text}"] if verdict.cupy_trial else []
    return "\n".join(lines)


def _oracles_text(requirement: RequirementResult) -> str:
    """Name the devices that differ, where not all do."""
    devices = {name: passed for name, passed in requirement.oracles.items() if name != DERIVATIVE}
    no = [NAMES.get(name, name) for name, passed in devices.items() if not passed]
    return f"  (differs from: {', '.join(no)})" if no and len(no) < len(devices) else ""


def _counterexample_text(verdict: Verdict, requirement: str, found: Counterexample) -> list[str]:
    lines = [f"{requirement}: {_kind_of_case(found)}{found.case}"]
    if not found.hidden:
        lines += call_text(verdict, found).split("\n")
        if found.expected:
            lines += _labelled("expected", found.expected)
        if found.got:
            lines += _labelled("yours", found.got)
    return lines + difference_sentences(verdict, found) + _contract_sentence(requirement)


def _kind_of_case(found: Counterexample) -> str:
    """Say what a case is, where the student does not see it in the notebook's own check."""
    return "a case like the hidden one that fails: " if found.lookalike else ""


def _labelled(label: str, text: str) -> list[str]:
    first, *rest = text.split("\n")
    return [f"{label:>9}  {first}", *(f"{'':>9}  {line}" for line in rest)]


def _diagnoses(verdict: Verdict) -> list[Diagnosis]:
    return [verdict.diagnosis] if verdict.diagnosis else verdict.partial_diagnoses


def _diagnosis_title(diagnosis: Diagnosis) -> str:
    return diagnosis.title or f"Your numbers are exactly what this mistake gives: {diagnosis.name}."


REPAIR_TITLE = "A small change of your code is enough"
MOST_OF_A_PLACE = 90
"""Characters shown of the place of a change."""


def repair_sentences(verdict: Verdict) -> list[str]:
    """Say which small change of the student's own code makes every case pass, as far as was asked for."""
    repair = verdict.repair
    if repair is None:
        return []
    cases = f"all {repair.cases} cases" if repair.cases > 1 else "the case"
    these = "this change" if len(repair.changes) == 1 else f"these {len(repair.changes)} changes"
    more = [f"check({verdict.exercise}, hint={repair.hint + 1}) says more."] if repair.hint < 3 else []
    found = [f"With {these} your function passes {cases}:", *_change_texts(repair.changes, repair.hint), *more]
    return [found[0] + " " + found[1], *found[2:]] if len(found) == 2 else found


def _change_texts(changes: list[CodeChange], hint: int) -> list[str]:
    """A line for each change; one for all where nothing but the lines differs."""
    kinds = {change.kind for change in changes}
    if hint == 1 and len(changes) > 1 and len(kinds) == 1:
        return [f"lines {' and '.join(str(change.line) for change in changes)}: {kinds.pop()}."]
    return [f"line {change.line}: {_change_text(change, hint)}." for change in changes]


def _change_text(change: CodeChange, hint: int) -> str:
    before, after = _one_line(change.before), _one_line(change.after)
    if hint == 1 or not before:
        return change.kind if hint < 3 else f"{change.kind}, `{after}`"
    if hint == 2:
        return f"{change.kind}, in `{before}`"
    return f"`{after}` in the place of `{before}`" if after else f"without `{before}`"


def _one_line(code: str) -> str:
    text = "; ".join(line.strip() for line in code.split("\n"))
    return text if len(text) <= MOST_OF_A_PLACE else f"{text[:MOST_OF_A_PLACE]}…"


# ---------------------------------------------------------------- HTML

_MONO = "font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,monospace);font-size:12px"
_CODE = f"{_MONO};background:rgba(127,127,127,.16);border-radius:3px;padding:0 3px;color:inherit"
_PRE = f"{_MONO};white-space:pre-wrap;margin:2px 0;padding:0;background:none;border:0;color:inherit;line-height:1.4"


def as_html(verdict: Verdict) -> str:
    """Render the report for a notebook or a feedback page: inline styles only, readable in light and dark."""
    colour = PASS_COLOUR if verdict.passed else FAIL_COLOUR
    body = _problem_html(verdict) if verdict.problem else _findings_html(verdict)
    return (
        f'<div class="verdict" style="border-left:4px solid {colour};padding:6px 0 6px 12px;margin:4px 0;'
        f"max-width:820px;font-family:system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif;"
        f'font-size:13.5px;line-height:1.5">'
        f"{_title_html(verdict, colour)}{body}</div>"
    )


def _title_html(verdict: Verdict, colour: str) -> str:
    word = "passed" if verdict.passed else "not yet"
    return (
        f'<div><b style="font-size:15px">{escape(verdict.exercise)}</b>'
        f'&ensp;<b style="color:{colour}">{word}</b>&ensp;{verdict.points:g} of {verdict.max_points:g} points'
        f'<span style="opacity:.7">&ensp;{escape(compared_with(verdict))}</span></div>'
    )


def _problem_html(verdict: Verdict) -> str:
    return "".join(f'<div style="margin-top:4px">{escape(sentence)}</div>' for sentence in problem_sentences(verdict))


def _findings_html(verdict: Verdict) -> str:
    parts = [_requirements_html(verdict)]
    for diagnosis in _diagnoses(verdict):
        parts.append(_box(FAIL_COLOUR, _diagnosis_title(diagnosis), diagnosis.text))
    if told := repair_sentences(verdict):
        parts.append(_box(FAIL_COLOUR, REPAIR_TITLE, *told))
    for number, (name, found) in enumerate(_failed(verdict)):
        parts.append(_counterexample_html(verdict, name, found, is_open=number == 0))
    parts += [_box(REMARK_COLOUR, "Remark, no points lost", remark) for remark in verdict.remarks]
    parts += [_cupy_trial_html(verdict.cupy_trial)] if verdict.cupy_trial else []
    return "".join(parts)


def _cupy_trial_html(found: CupyTrial) -> str:
    """Render the trial on the GPU: a line where all went well, a box where it did not."""
    if found.outcome not in ("passed", "unavailable"):
        return _box(REMARK_COLOUR, "On the GPU, no points lost", found.text)
    mark = f"{_mark(True)}&ensp;" if found.outcome == "passed" else ""
    return f'<div>{mark}<b>On the GPU</b>&ensp;<span style="opacity:.7">{escape(found.text)}</span></div>'


def _requirements_html(verdict: Verdict) -> str:
    oracles = list(dict.fromkeys(name for requirement in verdict.requirements for name in requirement.oracles))
    oracles = oracles if len(oracles) > 1 else []
    columns = f"1.4em minmax(12em,max-content) 4em {'max-content ' * len(oracles)}"
    cells = []
    if oracles:
        cells.append("<span></span><span></span><span></span>")
        cells += [f'<span style="opacity:.7">{escape(NAMES.get(name, name))}</span>' for name in oracles]
    for requirement in verdict.requirements:
        cells.append(_mark(requirement.passed) if requirement.passed or requirement.counterexample else _WAITING)
        cells.append(f"<span>{escape(requirement.name)}</span>")
        cells.append(f'<span style="opacity:.7">{requirement.points:g} / {requirement.max_points:g}</span>')
        for name in oracles:
            cells.append(_mark(requirement.oracles[name]) if name in requirement.oracles else "<span></span>")
    return (
        f'<div style="display:grid;grid-template-columns:{columns};column-gap:12px;margin:4px 0">{"".join(cells)}</div>'
    )


_WAITING = '<span style="opacity:.7" title="not tried">·</span>'


def _mark(passed: bool) -> str:
    colour, sign, word = (PASS_COLOUR, "✓", "passed") if passed else (FAIL_COLOUR, "✗", "failed")
    return f'<span style="color:{colour};font-weight:bold" title="{word}">{sign}</span>'


def _box(colour: str, title: str, *texts: str) -> str:
    lines = "".join(f"<br>{_with_code(text)}" for text in texts)
    return (
        f'<div style="border:1px solid {colour};border-radius:4px;padding:5px 10px;margin:6px 0;'
        f'overflow-wrap:anywhere">'
        f"<b>{_with_code(title)}</b>{lines}</div>"
    )


def _with_code(text: str) -> str:
    """Escape a text, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", rf'<code style="{_CODE}">\1</code>', escape(text))


def _counterexample_html(verdict: Verdict, requirement: str, found: Counterexample, is_open: bool) -> str:
    rows = []
    if not found.hidden:
        rows.append(_row("call", call_text(verdict, found)))
        rows.append(_row("expected", found.expected) if found.expected else "")
        rows.append(_row("yours", found.got) if found.got else "")
    told = difference_sentences(verdict, found) + _contract_sentence(requirement)
    sentences = "".join(f"<div>{_with_code(sentence)}</div>" for sentence in told)
    picture = _picture_html(found.difference.picture)
    title = (
        "failing"
        if found.hidden
        else "a case like the hidden one that fails"
        if found.lookalike
        else "smallest failing case"
    )
    return (
        f'<details style="margin:6px 0"{" open" if is_open else ""}><summary style="cursor:pointer">'
        f"{escape(requirement)}, {title}: <i>{escape(found.case)}</i></summary>"
        f'<div style="padding-left:14px">{"".join(rows)}{sentences}{picture}</div></details>'
    )


def _row(label: str, text: str) -> str:
    return (
        '<div style="display:grid;grid-template-columns:5.2em 1fr;align-items:baseline">'
        f'<span style="opacity:.7">{label}</span><pre style="{_PRE}">{escape(text)}</pre></div>'
    )


def _picture_html(picture: list[list[int]]) -> str:
    """Draw a grid with a square for each entry (or block of entries), the wrong ones filled."""
    if not picture:
        return ""
    side = 9
    squares = []
    for y, row in enumerate(picture):
        for x, wrong in enumerate(row):
            fill = f'fill="{FAIL_COLOUR}"' if wrong else 'fill="currentColor" fill-opacity=".13"'
            squares.append(f'<rect x="{x * side}" y="{y * side}" width="{side - 1}" height="{side - 1}" {fill}/>')
    width, height = side * len(picture[0]), side * len(picture)
    return (
        f'<div style="opacity:.8;margin-top:4px">where the numbers differ (filled):</div>'
        f'<svg role="img" aria-label="map of the entries that differ" width="{width}" height="{height}">'
        f"{''.join(squares)}</svg>"
    )
