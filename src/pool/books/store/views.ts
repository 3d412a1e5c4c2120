/**
 * What existing dashboards read: the pool proposal's tables and openpool's, with their column
 * names, over the books. Wei are text here too: a dashboard that needs floats makes them itself.
 * Payouts are per address: `remote_worker` shows what was paid on a worker's first row.
 */

const TIME = (column: string) => `strftime('%Y-%m-%d %H:%M:%S', ${column} / 1000, 'unixepoch')`;

/** A fraction that is set, `1/3`, as the float that dashboards want. */
const SETTING = (key: string, unset: string) => `coalesce((
    SELECT CAST(value AS REAL) / CAST(substr(value, instr(value, '/') + 1) AS REAL)
    FROM settings WHERE key = '${key}'), ${unset})`;

/** Of a job in books that pay by weight; see attribution/by-weights.ts, which pays exactly. */
const WEIGHT = `CASE (SELECT value FROM settings WHERE key = 'scheme')
    WHEN 'by-weights' THEN 1 WHEN 'sliding-window' THEN 1 END
    * (${SETTING("weightDuration", "1.0")} * duration_ms / 1000
      + ${SETTING("weightPixels", "0.000001")} * CASE job WHEN 'transcode' THEN compute_units ELSE 0 END
      + ${SETTING("weightRenditions", "1.0")} * coalesce(renditions,
        (SELECT value FROM settings WHERE key = 'renditions'), 1))`;

export const VIEWS = `
CREATE VIEW job_events AS
SELECT sequence, identity, at,
  content ->> 'job' AS job,
  coalesce(content ->> 'address', (
    SELECT p.address FROM processed p WHERE p.event = events.sequence
  )) AS address,
  content ->> 'region' AS region,
  content ->> 'computeUnits' AS compute_units,
  content ->> 'durationMs' AS duration_ms,
  content ->> 'responseTimeNs' AS response_time_ns,
  content ->> 'renditions' AS renditions,
  content ->> 'feesWei' AS fees,
  content ->> 'round' AS round
FROM events WHERE content ->> 'type' = 'job-processed'
  AND sequence NOT IN (SELECT event FROM decisions WHERE kind = 'void');
CREATE VIEW "transcoderJobs" AS
SELECT ${TIME("at")} AS "createdAt", address AS transcoder, compute_units AS pixels,
  CAST(duration_ms AS REAL) / 1000 AS duration, renditions AS profiles, fees AS "faceValue",
  round AS "roundJob", ${WEIGHT} AS weight
FROM job_events;
CREATE VIEW "rewardsPayments" AS
SELECT ${TIME("created_at")} AS "createdAt", address AS transcoder, amount AS value,
  gas_fees AS "gasFees",
  CASE state WHEN 'confirmed' THEN 'Paid' ELSE 'On hold' END AS "paymentStatus",
  tx_hash AS "txHash"
FROM payouts WHERE state NOT IN ('failed', 'cancelled');
CREATE VIEW "winningTickets" AS
SELECT ${TIME("won_at")} AS "createdAt", ${TIME("won_at")} AS "wonAt", face_value AS value,
  gas_fees AS "gasFees",
  CASE state WHEN 'redeemed' THEN 'Claimed' ELSE 'Not claimed' END AS "paymentStatus",
  tx_hash AS "txHash"
FROM tickets WHERE state <> 'failed';
CREATE VIEW open_connections AS
SELECT c.address, c.node_type, c.region, c.connection
FROM connections c
LEFT JOIN resets r ON r.node = c.node AND r.node_type = c.node_type AND r.region = c.region
WHERE c.connected IS NOT NULL AND c.connected > coalesce(c.disconnected, -1)
  AND c.connected >= coalesce(r.at, -1);
CREATE VIEW remote_worker AS
SELECT w.address AS eth_address, w.node_type, w.region,
  EXISTS (SELECT 1 FROM open_connections o WHERE o.address = w.address
    AND o.node_type = w.node_type AND o.region = w.region) AS is_connected,
  coalesce(pending.balance_wei, '0') AS pending_fees,
  CASE WHEN EXISTS (SELECT 1 FROM workers v WHERE v.address = w.address
      AND (v.node_type, v.region) < (w.node_type, w.region))
    THEN '0' ELSE coalesce(paid.balance_wei, '0') END AS paid_fees,
  ${TIME("w.last_seen")} AS last_updated,
  coalesce((SELECT group_concat(o.connection) FROM open_connections o
    WHERE o.address = w.address AND o.node_type = w.node_type AND o.region = w.region), '')
    AS connection
FROM workers w
LEFT JOIN flows pending
  ON pending.account = 'pending:' || w.address || ':' || w.node_type || ':' || w.region
LEFT JOIN flows paid ON paid.account = 'paid:' || w.address;
CREATE VIEW event_log AS
SELECT sequence AS id, content ->> 'type' AS type, content AS data, at AS created_at FROM events;
CREATE VIEW pool_payout AS
SELECT id, address AS eth_address, tx_hash, amount AS fees, ${TIME("created_at")} AS created_at
FROM payouts WHERE state = 'confirmed';
`;
