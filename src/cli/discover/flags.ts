/** What `poolsim discover` is told, as the command line is read. */
import type { VideoJob } from "../../discovery/index.js";
import type { JobProfile } from "../../discovery/job-capabilities.js";
import type { MaxPriceFlags } from "../shared/gateway-prices.js";
import type { SourceFlags } from "../shared/orchestrator-source.js";
import type { AccountFlags, SignerFlags } from "../shared/wallet.js";

/** What is sorted by: the turn of the gateway's tries, or a fact of an orchestrator. */
export type SortKey = "turn" | "price" | "latency" | "gpu";

/** What a job needs (K-11). */
export interface JobFlags {
  readonly codec: NonNullable<VideoJob["codec"]>;
  readonly pixelFormat: string;
  readonly container: NonNullable<JobProfile["container"]>;
  readonly encoder: NonNullable<JobProfile["encoder"]>;
  readonly profile: NonNullable<JobProfile["profile"]>;
  readonly fpsDen: number;
  /** Ms; 0 = not set. */
  readonly gop: number;
  readonly storage: NonNullable<VideoJob["storage"]>;
  readonly verificationFreq: number;
  readonly ingest: "http" | "rtmp";
  /** Of an AI job, which takes the place of the video job. */
  readonly pipeline?: string;
  readonly modelId?: string;
  readonly warm: boolean;
  readonly aiMinRunnerVersion?: string;
}

/** Everything that `poolsim discover` is told. */
export interface DiscoverFlags
  extends SourceFlags,
    JobFlags,
    AccountFlags,
    SignerFlags,
    MaxPriceFlags {
  readonly ethUrl?: string;
  readonly count?: number;
  readonly pool: "video" | "trusted" | "untrusted" | "any";
  /** Ms. */
  readonly discoveryTimeout: number;
  readonly extraNodes: number;
  readonly orchBlocklist: string;
  readonly orchMinLivepeerVersion: string;
  readonly ignoreMaxPriceIfNeeded: boolean;
  readonly selectRandFreq: number;
  readonly selectStakeWeight: number;
  readonly selectPriceWeight: number;
  readonly selectPriceExpFactor: number;
  readonly minPerfScore: number;
  readonly orchPerfStatsUrl?: string;
  readonly region?: string;
  readonly verifyCertificates: boolean;
  readonly concurrency?: number;
  /** Ms. */
  readonly patience: number;
  /** Whether those that answer are asked once more, without a job. */
  readonly details: boolean;
  /** Whether live runners are asked for. */
  readonly runners: boolean;
  /** The app of a live runner that is needed. */
  readonly app?: string;
  readonly sort: SortKey;
  readonly watch: boolean;
  /** Ms. */
  readonly interval: number;
  /** `true`: to stdout. */
  readonly json?: string | true;
  readonly quiet: boolean;
}
