<?php
// A checkout: php -S 127.0.0.1:8091 checkout.php takes webhooks; php checkout.php start NUMBER [CREATED_AT] | check NUMBER.

declare(strict_types=1);

const TRIES = 5;
const TOLERANCE_SECONDS = 300;
const ORDER = ['api' => 'v3-global', 'amount' => ['total' => 888, 'currency' => 'HKD'], 'payWithin' => '15m'];

/**
 * Sends JSON once.
 *
 * @return array{int, ?int, string} the status (0: no answer), after how many seconds to try again, and the body
 */
function send(string $method, string $url, array $body, string ...$headers): array
{
    $http = [
        'method' => $method,
        'header' => ['Content-Type: application/json', ...$headers],
        'content' => json_encode((object) $body, JSON_THROW_ON_ERROR),
        'timeout' => 20,
        'ignore_errors' => true, // the body of a refusal says what is wrong
    ];
    $answer = @file_get_contents($url, false, stream_context_create(['http' => $http]));
    if ($answer === false) {
        return [0, 1, error_get_last()['message'] ?? 'no answer'];
    }
    preg_match('/^HTTP\S+ (\d+)/', $http_response_header[0], $status);
    $retryAfter = preg_filter('/^retry-after: *(\d+)$/i', '$1', $http_response_header);
    return [(int) $status[1], $retryAfter ? (int) end($retryAfter) : null, $answer];
}

/** Asks the API, and again while the problem may pass: twice is the same as once. */
function call(string $method, string $path, array $body = []): array
{
    for ($try = 1; ; $try++) {
        $token = 'Authorization: Bearer ' . getenv('ORDERS_TOKEN');
        [$status, $retryAfter, $answer] = send($method, getenv('MERCHANT_URL') . "/orders/$path", $body, $token);
        if ($status >= 200 && $status < 300) {
            return json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
        }
        if ($try === TRIES || $retryAfter === null) {
            throw new RuntimeException("$method $path: $status $answer");
        }
        sleep($retryAfter);
    }
}

/** @param ?string $createdAt of an old order, which is at WeChat Pay and which nobody watches */
function start(string $number, ?string $createdAt = null): array
{
    $old = $createdAt === null ? [] : ['createdAt' => $createdAt, 'trustCreatedAt' => true];
    $started = call('PUT', $number, ORDER + $old);
    if ($createdAt === null && !$started['ended']) {
        // Here stands your own call to WeChat Pay.
        $placed = ['outTradeNo' => $number, 'amount' => ORDER['amount'], 'timeExpire' => $started['timeExpire']];
        [$status, , $answer] = send('POST', getenv('SANDBOX_URL') . '/sandbox/orders', $placed);
        if ($status !== 201) {
            throw new RuntimeException("not placed: $status $answer");
        }
    }
    return $started;
}

/** With Composer, the library of Standard Webhooks does this; it needs no more than what follows. */
function isSigned(string $body): bool
{
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $at = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    $key = base64_decode(substr((string) getenv('OUTCOME_SECRET'), strlen('whsec_')), true);
    if ($key === false || $key === '' || !ctype_digit($at) || abs(time() - (int) $at) > TOLERANCE_SECONDS) {
        return false;
    }
    $ours = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
        if (hash_equals($ours, $signature)) {
            return true;
        }
    }
    return false;
}

/** Takes a webhook. Everything but 2xx makes the worker post the event again. @return int the status to answer */
function outcome(): int
{
    $body = file_get_contents('php://input'); // the raw bytes: the signature is over these
    if (!isSigned($body)) {
        return 400;
    }
    $event = json_decode($body, true, flags: JSON_THROW_ON_ERROR);
    $database = new PDO('sqlite:shop.db');
    $database->exec('CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, state TEXT NOT NULL)');
    $database->prepare(
        'INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE
         SET sequence = excluded.sequence, state = excluded.state WHERE orders.sequence < excluded.sequence',
    )->execute([$event['workflowId'], $event['sequence'], $event['type']]);
    return 204;
}

if (PHP_SAPI !== 'cli') {
    http_response_code(500); // until it is stored
    $isOutcome = $_SERVER['REQUEST_METHOD'] === 'POST' && $_SERVER['REQUEST_URI'] === '/wechatpay/outcomes';
    http_response_code($isOutcome ? outcome() : 404);
    return;
}
echo json_encode(match ($argv[1] ?? '') {
    'start' => start($argv[2], $argv[3] ?? null),
    'check' => call('POST', "{$argv[2]}/check"),
    default => exit("usage: checkout.php start NUMBER [CREATED_AT] | check NUMBER\n"),
}), "\n";
