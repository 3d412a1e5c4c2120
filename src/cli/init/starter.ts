/** The scenario that `poolsim init` writes: each setting that an operator will want to change. */
export const STARTER = `# yaml-language-server: $schema=scenario.schema.json
#
# What happens to my orchestrator if I admit this worker?
# Run it:    poolsim run scenario.yaml
# Check it:  poolsim check scenario.yaml
# All settings with their defaults: scenario.schema.json (editors show it while you type).

name: my-pool
description: My pool without and with a candidate worker.

# How sure: the same random events for every variant, so many times over; auto: from 8 to 80, until
# the question is decided.
replications: auto
# How long each counts, after its warm-up, is chosen so that deciding costs little; to say it yourself:
# duration: 1h

# Who sends streams. Each gateway chooses orchestrators by stake, price and chance.
gateways:
  - { region: FRA, weight: 60 }
  - { region: NYC, weight: 40 }
gateway: # settings of all gateways, by go-livepeer's names
  selectStakeWeight: 0.7
  selectPriceWeight: 0
  selectRandFreq: 0.3

demand:
  concurrentStreams: 60 # all of the network's, on average
stream:
  length: { distribution: lognormal, mean: 20m, cv: 1 }

# Your orchestrator; the others are those of the packaged network.
orchestrator:
  name: my-pool
  region: FRA
  stakeShare: 0.05 # or stakeLpt
  pricePerUnit: 1000 # wei per pixel
  maxSessions: auto # -maxSessions: a node without the flag takes 10; auto: what its workers offer
  economics:
    commission: 0.25 # what you keep of the workers' fees

# Its workers: a measured round trip (task sent to result received), or a device of the device
# table with bandwidths.
workers:
  - { name: good, count: 4, roundTripMs: 400, maxSessions: 10 }
  - { name: candidate, roundTripMs: 2000, maxSessions: 10 }

# What is compared: each variant replaces some settings.
variants:
  without: { orchestrator.admission.exclude: [candidate] }
  with: {}

# The question: admit, exclude, or no difference?
decision:
  baseline: without
  candidate: with

# For CI: the exit code is 1 when one of these does not hold.
# expect:
#   - difference(with,without).pool.segmentShare < 0 with 95%
`;
