"""Random mutations of a function: made from its text and its tokens, with nothing of the changes that a repair tries.

What a typing person does: another sign, another number, a name for another, a word dropped, a line dropped, doubled or
moved, a pair of parentheses lost.
"""

from __future__ import annotations

import ast
import io
import keyword
import random
import tokenize
from collections.abc import Callable

MOST_ATTEMPTS = 200
SIGNS = {"+": "-*", "-": "+*", "*": "+/", "/": "*", "**": "*", "@": "*", "<": ">=", ">": ">=<", "<=": "<", ">=": "><"}
"""A sign -> what a slip of the finger makes of it, sign by sign."""
WORDS = {
    "sum": ["mean", "max"],
    "mean": ["sum", "max"],
    "var": ["std"],
    "std": ["var"],
    "maximum": ["minimum"],
    "minimum": ["maximum"],
    "exp": ["expm1", "log"],
    "expm1": ["exp"],
    "log": ["exp", "log10"],
    "log1p": ["log"],
    "sqrt": ["square", "abs"],
    "abs": ["sign"],
    "sign": ["abs"],
    "tanh": ["tan", "sinh"],
    "cos": ["sin"],
    "True": ["False"],
    "False": ["True"],
    "and": ["or"],
    "or": ["and"],
    "zeros": ["ones"],
    "zeros_like": ["ones_like"],
    "range": ["reversed"],
}
Token = tokenize.TokenInfo
Mutation = Callable[[str, random.Random], str]


def mutated(source: str, chance: random.Random) -> str:
    """A function with one random change after which it is still Python, and another program.

    Raises ValueError where none is found.
    """
    before = ast.dump(ast.parse(source))
    for _ in range(MOST_ATTEMPTS):
        changed = chance.choice(MUTATIONS)(source, chance)
        try:
            tree = ast.parse(changed)
            compile(tree, "<mutation>", "exec")
        except (SyntaxError, ValueError):
            continue
        if ast.dump(tree) != before and len(tree.body) == 1 and isinstance(tree.body[0], ast.FunctionDef):
            return changed
    raise ValueError("no mutation of this function is a program")


def _tokens(source: str) -> list[Token]:
    """The tokens of a function's body."""
    found = list(tokenize.generate_tokens(io.StringIO(source).readline))
    first = ast.parse(source).body[0].body[0].lineno  # type: ignore[attr-defined]
    return [token for token in found if token.start[0] >= first and token.string.strip()]


def _replaced(source: str, start: tuple[int, int], end: tuple[int, int], text: str) -> str:
    """A text with another one from a place to another; both in one line."""
    lines = source.splitlines(keepends=True)
    line = lines[start[0] - 1]
    lines[start[0] - 1] = line[: start[1]] + text + line[end[1] :]
    return "".join(lines)


def _one_replaced(source: str, chance: random.Random, texts: Callable[[Token], list[str]]) -> str:
    """A text with another token in the place of a random one for which there is one."""
    found = [(token, text) for token in _tokens(source) for text in texts(token)]
    if not found:
        return source
    token, text = chance.choice(found)
    return _replaced(source, token.start, token.end, text)


def another_sign(source: str, chance: random.Random) -> str:
    """A sign of arithmetic or a comparison for another."""
    return _one_replaced(source, chance, lambda token: [*SIGNS.get(token.string, "")])


def another_word(source: str, chance: random.Random) -> str:
    """A function or a constant for another."""
    return _one_replaced(source, chance, lambda token: WORDS.get(token.string, []))


def another_number(source: str, chance: random.Random) -> str:
    """A number for another."""

    def others(token: Token) -> list[str]:
        if token.type != tokenize.NUMBER or "j" in token.string:
            return []
        number = ast.literal_eval(token.string)
        return [repr(other) for other in (number + 1, 2 * number, number / 10, 0, 1, -1) if other != number]

    return _one_replaced(source, chance, others)


def another_name(source: str, chance: random.Random) -> str:
    """A variable for another one of the function."""
    function = ast.parse(source).body[0]
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}

    def others(token: Token) -> list[str]:
        return sorted(names - {token.string}) if token.string in names else []

    return _one_replaced(source, chance, others)


def sign_flipped(source: str, chance: random.Random) -> str:
    """A minus before a name or a number."""
    return _one_replaced(
        source,
        chance,
        lambda token: (
            [f"-{token.string}"]
            if token.type in (tokenize.NAME, tokenize.NUMBER) and not keyword.iskeyword(token.string)
            else []
        ),
    )


def token_dropped(source: str, chance: random.Random) -> str:
    """One to three tokens fewer: a sign with what follows it, an argument, a `.T`."""
    tokens = _tokens(source)
    first = chance.randrange(len(tokens))
    last = min(first + chance.randrange(3), len(tokens) - 1)
    if tokens[first].start[0] != tokens[last].end[0]:
        return source
    return _replaced(source, tokens[first].start, tokens[last].end, "")


def argument_dropped(source: str, chance: random.Random) -> str:
    """An argument of a call, or an element of a tuple, fewer: from one comma to the next or to the end."""
    tokens = _tokens(source)
    commas = [number for number, token in enumerate(tokens) if token.string == ","]
    if not commas:
        return source
    first = chance.choice(commas)
    depth, last = 0, first + 1
    while last < len(tokens) and (depth > 0 or tokens[last].string not in (",", ")", "]", "}")):
        depth += (tokens[last].string in "([{") - (tokens[last].string in ")]}")
        last += 1
    if last >= len(tokens) or tokens[first].start[0] != tokens[last].start[0]:
        return source
    return _replaced(source, tokens[first].start, tokens[last].start, "")


def call_dropped(source: str, chance: random.Random) -> str:
    """f(x) without its f."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and len(node.args) == 1 and node.lineno == node.end_lineno
    ]
    if not calls:
        return source
    call = chance.choice(calls)
    inside = ast.get_source_segment(source, call.args[0]) or ""
    return _replaced(source, _start(call), _end(call), f"({inside})")


def parentheses_lost(source: str, chance: random.Random) -> str:
    """A pair of parentheses fewer."""
    tokens, pairs, opened = _tokens(source), [], []
    for number, token in enumerate(tokens):
        if token.string == "(":
            opened.append(number)
        elif token.string == ")" and opened:
            pairs.append((opened.pop(), number))
    plain = [
        (first, last)
        for first, last in pairs
        if first and tokens[first - 1].type == tokenize.OP and tokens[first].start[0] == tokens[last].start[0]
    ]
    if not plain:
        return source
    first, last = chance.choice(plain)
    return _replaced(_replaced(source, tokens[last].start, tokens[last].end, ""), *_span(tokens[first]), "")


def line_dropped(source: str, chance: random.Random) -> str:
    """A line of the body fewer."""
    lines, first = _lines(source)
    number = chance.randrange(first, len(lines))
    return "".join([*lines[:number], *lines[number + 1 :]])


def line_moved(source: str, chance: random.Random) -> str:
    """A line one or two further up or down."""
    lines, first = _lines(source)
    number = chance.randrange(first, len(lines))
    line = lines.pop(number)
    lines.insert(max(first, number + chance.choice([-2, -1, 1, 2])), line)
    return "".join(lines)


def line_doubled(source: str, chance: random.Random) -> str:
    """A line that stands there twice."""
    lines, first = _lines(source)
    number = chance.randrange(first, len(lines))
    return "".join([*lines[: number + 1], *lines[number:]])


def in_place(source: str, chance: random.Random) -> str:
    """x = x + y written as x += y."""
    lines, first = _lines(source)
    for number in chance.sample(range(first, len(lines)), len(lines) - first):
        name, equals, value = lines[number].partition(" = ")
        for sign in "+-*/":
            if equals and value.startswith(f"{name.strip()} {sign} "):
                lines[number] = f"{name} {sign}= {value[len(name.strip()) + 3 :]}"
                return "".join(lines)
    return source


def _lines(source: str) -> tuple[list[str], int]:
    """The lines of a function, and where its body begins."""
    return source.splitlines(keepends=True), ast.parse(source).body[0].body[0].lineno - 1  # type: ignore[attr-defined]


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _span(token: Token) -> tuple[tuple[int, int], tuple[int, int]]:
    return token.start, token.end


MUTATIONS: tuple[Mutation, ...] = (
    another_sign,
    another_sign,
    another_word,
    another_number,
    another_number,
    another_name,
    another_name,
    sign_flipped,
    token_dropped,
    argument_dropped,
    call_dropped,
    parentheses_lost,
    line_dropped,
    line_moved,
    line_doubled,
    in_place,
)
"""All kinds; those that people make most often stand there twice."""
