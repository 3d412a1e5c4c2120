/** The options of `discover`, by go-livepeer's names where it has them. */
import { type Command, Option } from "commander";
import { DISCOVERY_DEFAULTS } from "../../discovery/options.js";
import { decimal, exactAmount, positiveSpan, span } from "../shared/amount-values.js";
import { addKeyOptions } from "../shared/key-options.js";
import { addMaxPriceOptions } from "../shared/max-price-options.js";
import { wholeNumber } from "../shared/option-values.js";
import { addSourceOptions } from "../shared/source-options.js";

/** How an option is read, and what it is when it is not given. */
interface Reader<T> {
  readonly read: (text: string) => T;
  /** The default, with its text for the help. */
  readonly or?: readonly [value: T, text: string];
}

function option<T>(flags: string, description: string, { read, or }: Reader<T>): Option {
  const made = new Option(flags, description).argParser(read);
  return or === undefined ? made : made.default(or[0], or[1]);
}

function choice(flags: string, description: string, choices: readonly [string, ...string[]]) {
  return new Option(flags, description).choices(choices).default(choices[0]);
}

function addRuleOptions(command: Command): void {
  const { discoveryTimeoutMs, maxTicketEV, maxTotalEV } = DISCOVERY_DEFAULTS;
  command
    .optionsGroup("Discovery:")
    .addOption(
      option("--count <M>", "how many are wanted of each pool; default: all (D-9)", {
        read: wholeNumber(0, 1_000_000),
      }),
    )
    .addOption(
      choice(
        "--pool <which>",
        "who is asked, by score: trusted (1), untrusted (0), video: both pools, any: all, as for AI (D-7)",
        ["video", "trusted", "untrusted", "any"],
      ),
    )
    .addOption(
      option("--discoveryTimeout <span>", "first deadline (D-30)", {
        read: span,
        or: [discoveryTimeoutMs, `${discoveryTimeoutMs}ms`],
      }),
    )
    .addOption(
      option("--extraNodes <n>", "advertised nodes followed per orchestrator (D-16)", {
        read: wholeNumber(0, 100),
        or: [0, "0"],
      }),
    )
    .option("--orchBlocklist <list>", "addresses never used, separated by commas (D-21)", "")
    .option("--orchMinLivepeerVersion <version>", "least version (K-10)", "")
    .option("--verifyCertificates", "refuse self-signed certificates (not go-livepeer)", false)
    .addOption(
      option("--concurrency <n>", "how many are asked at a time; default: all (D-11)", {
        read: wholeNumber(1, 100_000),
      }),
    )
    .addOption(
      option("--patience <span>", "how long to wait for those that a gateway would not wait for", {
        read: span,
        or: [6_000, "6s"],
      }),
    )
    .optionsGroup("Prices and tickets (counted on chain only):");
  addMaxPriceOptions(command);
  command
    .option("--ignoreMaxPriceIfNeeded", "use dear orchestrators rather than none (R-5)", false)
    .addOption(
      option("--maxTicketEV <wei>", "most that a ticket may be worth (P-9)", {
        read: exactAmount,
        or: [maxTicketEV, String(maxTicketEV.num)],
      }),
    )
    .addOption(
      option("--maxTotalEV <wei>", "most that a segment's tickets may be worth (P-9)", {
        read: exactAmount,
        or: [maxTotalEV, String(maxTotalEV.num)],
      }),
    )
    .addOption(
      option("--depositMultiplier <n>", "face value: at most the deposit ÷ this (P-9)", {
        read: wholeNumber(1, 1e15),
        or: [1, "1"],
      }),
    );
  addKeyOptions(command);
}

function addSelectionOptions(command: Command): void {
  const weight = decimal(0, 1);
  command
    .optionsGroup("Selection (on chain only):")
    .addOption(
      option("--selectRandFreq <w>", "weight of chance (L-13)", { read: weight, or: [0.3, "0.3"] }),
    )
    .addOption(
      option("--selectStakeWeight <w>", "weight of stake", { read: weight, or: [0.7, "0.7"] }),
    )
    .addOption(option("--selectPriceWeight <w>", "weight of price", { read: weight, or: [0, "0"] }))
    .addOption(
      option("--selectPriceExpFactor <wei>", "price at which its weight falls to 1/e (L-12)", {
        read: decimal(1e-6, 1e18),
        or: [100, "100"],
      }),
    )
    .addOption(
      option("--minPerfScore <score>", "least performance score; 0: any (L-9)", {
        read: weight,
        or: [0, "0"],
      }),
    )
    .option("--orchPerfStatsUrl <url>", "where performance scores are published (L-18)")
    .option("--region <code>", "the gateway's region: its scores count");
}

function addJobOptions(command: Command): void {
  command
    .optionsGroup("What the job needs (K-11):")
    .addOption(choice("--ingest <way>", "how sources arrive (K-12)", ["http", "rtmp"]))
    .addOption(choice("--codec <name>", "input", ["h264", "hevc", "vp8", "vp9"]))
    .option("--pixelFormat <name>", "of H.264 input, e.g. 422-10", "unknown")
    .addOption(choice("--encoder <name>", "output", ["h264", "h265", "vp8", "vp9"]))
    .addOption(choice("--container <name>", "output", ["mpegts", "mp4", "none"]))
    .addOption(
      choice("--profile <name>", "H.264 profile of the output", [
        "none",
        "baseline",
        "main",
        "high",
        "constrainedHigh",
      ]),
    )
    .addOption(
      option("--fpsDen <n>", "denominator of the output's frame rate", {
        read: wholeNumber(0, 1_000_000),
        or: [0, "0"],
      }),
    )
    .addOption(
      option("--gop <span>", "distance of the output's key frames", {
        read: positiveSpan,
        or: [0, "not set"],
      }),
    )
    .addOption(
      choice("--storage <kind>", "where the gateway keeps segments", [
        "memory",
        "direct",
        "s3",
        "gcs",
      ]),
    )
    .addOption(
      option("--verificationFreq <n>", "1 in so many results is verified; 0: none", {
        read: wholeNumber(0, 1_000_000),
        or: [0, "0"],
      }),
    )
    .option("--pipeline <name>", "an AI job instead, e.g. text-to-image (K-5)")
    .option("--modelId <id>", "its model (K-7)")
    .option("--warm", "the model must be loaded already", false)
    .option("--aiMinRunnerVersion <json>", "least versions of runners, JSON (K-10)");
}

/** All options of `poolsim discover`. */
export function addDiscoverOptions(command: Command): void {
  addSourceOptions(command);
  addRuleOptions(command);
  addSelectionOptions(command);
  addJobOptions(command);
  command
    .optionsGroup("Output:")
    .option(
      "--no-details",
      "do not ask those that answer once more, without a job: for hardware and prices of models (A-85)",
    )
    .option("--app <name>", "only those with a live runner of this app that counts (A-75)")
    .option("--runners", "ask for live runners, too (A-69)", false)
    .addOption(
      choice("--sort <key>", "order of what is shown: as they are tried, or by", [
        "turn",
        "price",
        "latency",
        "gpu",
      ]),
    )
    .option("--json [file]", "write JSON, a scenario's network file, to a file or to stdout")
    .option("--watch", "repeat until Ctrl-C, and show what has changed", false)
    .addOption(
      option("--interval <span>", "time between the rounds of --watch", {
        read: positiveSpan,
        or: [30_000, "30s"],
      }),
    )
    .option("--quiet", "no progress, no notes; only the list", false);
}
