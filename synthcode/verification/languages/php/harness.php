<?php
// Runs a PHP program with its tests, in a sandbox: php harness.php
//
// The nonce is held by local variables only, which the program cannot see: it runs in a scope of its own.

namespace Synthcode;

final class Form
{
    private const DEEPEST = 60;

    public static function of(mixed $value, bool $asMaps, int $depth = 0): string
    {
        if ($depth > self::DEEPEST) {
            return '{"other": "a value nested too deeply"}';
        }
        if (\is_float($value)) {
            return self::ofFloat($value);
        }
        if (\is_string($value)) {
            return \json_encode($value, \JSON_INVALID_UTF8_SUBSTITUTE); // such bytes equal no text
        }
        if ($value === null || \is_bool($value) || \is_int($value)) {
            return \json_encode($value);
        }
        if (\is_array($value)) {
            return self::ofArray($value, $asMaps, $depth);
        }
        if ($value instanceof \stdClass || $value instanceof \ArrayObject) {
            return self::ofPairs((array) $value, $asMaps, $depth);
        }
        if ($value instanceof \Traversable) {
            return self::ofArray(\iterator_to_array($value, false), $asMaps, $depth);
        }
        if ((new \ReflectionClass($value))->isUserDefined() && !($value instanceof \UnitEnum) && (array) $value !== []) {
            return self::ofFields($value, $asMaps, $depth);
        }
        return '{"other": ' . \json_encode(\get_debug_type($value)) . '}';
    }

    private static function ofFields(object $value, bool $asMaps, int $depth): string
    {
        $texts = [];
        foreach ((array) $value as $name => $item) { // a private one is named "\0Class\0name"
            $name = \substr((string) $name, (int) \strrpos("\0$name", "\0"));
            $texts[] = '[' . self::of($name, $asMaps) . ', ' . self::of($item, $asMaps, $depth + 1) . ']';
        }
        return '{"record": [' . \implode(', ', $texts) . ']}';
    }

    private static function ofFloat(float $value): string
    {
        if (\is_nan($value) || \is_infinite($value)) {
            return '{"float": "' . (\is_nan($value) ? 'nan' : ($value > 0 ? 'inf' : '-inf')) . '"}';
        }
        return \json_encode($value, \JSON_PRESERVE_ZERO_FRACTION);
    }

    private static function ofArray(array $items, bool $asMaps, int $depth): string
    {
        if (!\array_is_list($items) || ($asMaps && $items !== [])) {
            return self::ofPairs($items, $asMaps, $depth);
        }
        $texts = [];
        foreach ($items as $item) {
            $texts[] = self::of($item, $asMaps, $depth + 1);
        }
        return '[' . \implode(', ', $texts) . ']';
    }

    private static function ofPairs(array $items, bool $asMaps, int $depth): string
    {
        $texts = [];
        foreach ($items as $key => $item) {
            $texts[] = '[' . self::of($key, $asMaps) . ', ' . self::of($item, $asMaps, $depth + 1) . ']';
        }
        return '{"map": [' . \implode(', ', $texts) . ']}';
    }
}

function run(): void
{
    $nonce = \trim(\fgets(\STDIN));
    $out = \fopen('php://stdout', 'w');
    $plan = \json_decode(\file_get_contents('plan.json'), true);
    try {
        $entry = loaded($plan['test'] ?? null);
        foreach ($plan['cases'] ?? [] as [$place, $sources]) {
            foreach ($sources as $source) {
                foreach (called($entry, $source, $plan['maps'], $plan['references']) as $text) {
                    \fwrite($out, "\n$nonce $place $text\n"); // on a line of its own, whatever the program prints
                }
            }
        }
    } catch (\Throwable $problem) {
        \fwrite(\fopen('php://stderr', 'w'), 'uncaught: ' . \get_class($problem) . ': ' . $problem->getMessage() . "\n");
        exit(1);
    }
    while (\ob_get_level() > 0) {
        \ob_end_flush();
    }
    \fwrite($out, "\n$nonce end\n");
}

function loaded(?string $test): mixed
{
    $entry = include 'solution.php';
    if ($test !== null) {
        include $test;
    }
    return $entry;
}

function called(mixed $entry, string $source, bool $maps, array $references): array
{
    try {
        $arguments = literal($source);
        $result = $entry($arguments);
        $result = $result instanceof \Generator ? \iterator_to_array($result, false) : $result;
        if ($result === null && $references !== []) {
            return ['null', stored($arguments, $references)];
        }
        $texts = [Form::of($result, false), Form::of(numbered($result), false)];
        return \array_values(\array_unique($maps ? [...$texts, Form::of($result, true)] : $texts));
    } catch (\Throwable $problem) {
        if ($problem instanceof \Error && \preg_match('/^(Call to undefined function|Class "|Undefined constant)/', $problem->getMessage())) {
            throw $problem; // a mistake, or an extension that is not installed: no result of this call
        }
        if ($problem instanceof \TypeError && isRefused($problem, $entry)) {
            return ['{"other": "nothing: its arguments do not fit"}'];
        }
        return ['{"raised": ' . \json_encode(\get_class($problem)) . '}'];
    }
}

// Whether the function's signature refuses the arguments that it is called with from here.
function isRefused(\TypeError $problem, \Closure $entry): bool
{
    $line = (new \ReflectionFunction($entry))->getStartLine();
    return (bool) \preg_match("/Argument #\\d+ .* must be of type .* called in .* on line $line$/", $problem->getMessage());
}

// A result in which text that is a number is one: both are equal in PHP.
function numbered(mixed $value, int $depth = 0): mixed
{
    if (\is_string($value) && \preg_match('/^-?(?:0|[1-9]\d{0,17})(\.\d+)?$/D', $value, $found)) {
        return isset($found[1]) ? (float) $value : (int) $value;
    }
    if (!\is_array($value) || $depth > 60) {
        return $value;
    }
    return \array_map(fn($item) => numbered($item, $depth + 1), $value);
}

// What a function without a result has stored in the parameters that it takes by reference.
function stored(array $arguments, array $references): string
{
    $values = [];
    foreach ($references as $place) {
        $values[] = $arguments[$place] ?? null;
    }
    return Form::of(\count($values) === 1 ? $values[0] : $values, false);
}

function literal(string $source): array
{
    return eval("return $source;");
}

run();
