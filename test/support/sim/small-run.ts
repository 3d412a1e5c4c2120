/** A run of one replication of one variant: as little as there can be. */
export const SMALL_RUN = `name: small
warmup: 1m
duration: 1m
replications: 1
network: { limit: 3 }
gateway: { region: FRA }
demand: { concurrentStreams: 2 }
orchestrator: { name: my-pool, region: FRA, stakeShare: 0.4 }
workers: [{ name: good, roundTripMs: 400 }]
`;
