"""Programs in Python, Ruby and PHP, each with what is left of it without comments."""

from __future__ import annotations

PYTHON = (
    '''\
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
# Copyright
"""Module."""

import os  # noqa: F401

URL = "http://a#b"  # type: str
TEXT = """
# no
"""


# about f
@decorate  # why
def f(x, y=1):  # pylint: disable=all
    """Doc # no."""

    # first
    s = f"{x}# no{'#'}"  # second
    if x:
        "a comment"
    else: "another"
    return (x,  # third
            y)


class A:
    """Doc."""

    b"bytes"
    attribute = 1
    "what it is"
    other = 2; "same line"

    async def g(self): ("doc"  # in two
                        " more")


class B:
    # nothing
    "doc"
    "more"
''',
    '''\
#!/usr/bin/env python3
# -*- coding: utf-8 -*-

import os

URL = "http://a#b"
TEXT = """
# no
"""


@decorate
def f(x, y=1):
    s = f"{x}# no{'#'}"
    if x:
        pass
    else: pass
    return (x,
            y)


class A:
    b"bytes"
    attribute = 1
    other = 2

    async def g(self): pass


class B:
    pass
''',
)

RUBY = (
    """\
#!/usr/bin/env ruby
# encoding: utf-8
# frozen_string_literal: true

# head
x = ?# # c
y = %q(# no (nested #) no) # c
z = /#/ =~ "a#b" # c
w = /a # no
/x
puts "#{x # c
}" # d
h = { "#a": 1, b: :"#c" } # e
puts <<~A, <<-B # f
  # no #{x}

A
 # no
 B
=begin
block
=end
foo # g
  .bar # h
  # i
  .baz
# the end
__END__
# data
""",
    """\
#!/usr/bin/env ruby
# encoding: utf-8
# frozen_string_literal: true

x = ?#
y = %q(# no (nested #) no)
z = /#/ =~ "a#b"
w = /a # no
/x
puts "#{x
}"
h = { "#a": 1, b: :"#c" }
puts <<~A, <<-B
  # no #{x}

A
 # no
 B
foo
  .bar
  .baz
__END__
# data
""",
)

PHP = (
    """\
#!/usr/bin/php
<!-- // html --> <?php // c ?> # html
<?php
# hash
#[Attribute] // a
class A {
    /** doc */
    public function f(int $a /* x */): string { // c ?>
<p># html // text</p>
<?php /* y */
        $b = <<<X
 // no {$a} # no
 X;
        $c = <<<'Y'
/* no */
Y;
        return "# no" . '//'; # end
    }
}
""",
    """\
#!/usr/bin/php
<!-- // html --> <?php ?> # html
<?php
#[Attribute]
class A {
    public function f(int $a): string { ?>
<p># html // text</p>
<?php
        $b = <<<X
 // no {$a} # no
 X;
        $c = <<<'Y'
/* no */
Y;
        return "# no" . '//';
    }
}
""",
)
