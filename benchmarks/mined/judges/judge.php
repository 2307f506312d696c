<?php
// Reads texts with a NUL between them; writes 1 for each that PHP parses, and 0 for each that it does not.
foreach (explode("\0", stream_get_contents(STDIN)) as $text) {
    try {
        token_get_all($text, TOKEN_PARSE);
        echo "1";
    } catch (Throwable) {
        echo "0";
    }
}
