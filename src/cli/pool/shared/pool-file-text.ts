/** The `pool.yaml` that `poolsim pool init` writes: what most pools need, and the rest as comments. */

/** What it is written with. */
export interface PoolFileStart {
  readonly commission: string;
  readonly scheme: string;
  /** For made-up days: everything on this machine. */
  readonly isDemo: boolean;
}

/** The text of the file. */
export function poolFileText({ commission, scheme, isDemo }: PoolFileStart): string {
  return `# yaml-language-server: $schema=pool.schema.json
# A pool that poolsim keeps: poolsim pool up pool.yaml
# Names are those of the commands' options. Secrets stand in files of their own (chmod 600), never here.

# The pool's books: who did what, who is owed what, who was paid.
books: pool.db

# What the operator keeps, and who gets the rest. Settled by the first event.
commission: ["${commission}"]
scheme: ${scheme}

# Times of day below are in this time zone.
timeZone: UTC

# Where events come from: files and folders here, nodes (orchestrator: http://127.0.0.1:7935), buckets
# (bucket: https://server/bucket, with credentials from the environment). Each needs a name that stays.
sources:
  - { name: files, files: events }

# The API, for orchestrators that write and for everybody who reads. On loopback without TLS here: put
# a proxy before it, or name a certificate.
api:
  host: 127.0.0.1
  port: 8080
  plain: true
  # keys: keys.json
  # The page at / is open to all who reach it: page: off, or a token that readers need.
  # readerToken: reader.token
  # operatorToken: operator.token

# Who is admitted, as in scenarios. Without it everybody is.
# admission:
#   benchmark: { limitMs: 1000 }

# The chain whose rounds are followed: needed by by-weights and sliding-window.
# chain:
#   ethUrl: https://arb1.arbitrum.io/rpc

# What TicketBroker paid the orchestrator, read from the chain: compared with what nodes told, and
# entered where none told it.
# income:
#   recipient: "0x00000000000000000000000000000000000000aa"
#   from: 290000000
#   enter: true

# Nothing is paid before send is true.
# payouts:
#   send: false
#   ethUrl: https://arb1.arbitrum.io/rpc
#   ethKeystorePath: keystore.json
#   ethPasswordFile: password.txt
#   threshold: 0.005eth

# Copies of the books; keep them on another disk.
backup:
  to: backups
  keep: 14

# What is wrong is on the page. Who is called besides: to: [{ url: https://…, shape: slack }]
alerts: {}

# When jobs run; what is left out runs as poolsim pool jobs shows.
jobs:
  import: { every: ${isDemo ? "10s" : "1m"} }
  verify: { cron: "30 4 * * *" }
`;
}
