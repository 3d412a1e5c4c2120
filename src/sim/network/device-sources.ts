/** Where the figures of the device table come from, by the keys that its cells name. */

/** A source: what it is, and where it can be read. */
export interface DeviceSource {
  readonly what: string;
  /** Empty where there is none. */
  readonly address: string;
}

/** All sources by key; `none` stands for a guess that nothing was read for. */
export const DEVICE_SOURCES: ReadonlyMap<string, DeviceSource> = new Map([
  [
    "bench-2021",
    {
      what: "livepeer_bench on a GTX 1060, 2021-03-12, ten segments, one session",
      address: "https://docs.livepeer.org/orchestrators/guides/benchmark-transcoding",
    },
  ],
  [
    "bench-gtx1080",
    {
      what: "livepeer_bench on two GTX 1080, 2021-08-18, 20 sessions; other cards in proportion to their encoders",
      address: "https://github.com/livepeer/lpms/issues/255",
    },
  ],
  [
    "bench-k80",
    {
      what: "livepeer_bench on a Tesla K80, 2021-08-14, one to five sessions",
      address: "https://github.com/livepeer/lpms/issues/255",
    },
  ],
  [
    "nvenc-13",
    {
      what: "frames per second of each NVENC generation, application note of Video Codec SDK 13.0",
      address:
        "https://docs.nvidia.com/video-technologies/video-codec-sdk/13.0/nvenc-application-note",
    },
  ],
  [
    "matrix-2026",
    {
      what: "encoder sessions at a time, support matrix of 2026, row of the GTX 1060",
      address: "https://developer.nvidia.com/video-encode-and-decode-gpu-support-matrix-new",
    },
  ],
  ["none", { what: "a guess, nothing was read", address: "" }],
]);
