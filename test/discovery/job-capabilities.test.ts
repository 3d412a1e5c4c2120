import { expect, it } from "vitest";
import { bitNumbers } from "../../src/discovery/capabilities.js";
import { jobCapabilities, type VideoJob } from "../../src/discovery/job-capabilities.js";

const bits = (job: Partial<VideoJob>) =>
  bitNumbers(jobCapabilities({ profiles: [], ...job }).bitstring);

it("K-12: an RTMP stream to H.264 in MPEGTS, and the same pushed by HTTP", () => {
  const profiles = [{ container: "mpegts" } as const];
  expect(jobCapabilities({ profiles }).bitstring).toEqual([4099n]);
  expect(jobCapabilities({ profiles, segmentParameters: true }).bitstring).toEqual([67112963n]);
});

it.each<[string, Partial<VideoJob>, number[]]>([
  ["always an auth token", { codec: "hevc" }, [12, 15]],
  ["verification needs signatures", { verificationFreq: 3 }, [0, 12, 14]],
  ["VP8", { codec: "vp8" }, [12, 17]],
  ["VP9, whose pixel format does not matter", { codec: "vp9", pixelFormat: "444-12" }, [12, 18]],
  ["8-bit 4:2:0", { pixelFormat: "420-8" }, [0, 12]],
  ["8-bit 4:4:4", { pixelFormat: "444-8" }, [0, 12, 21]],
  ["8-bit 4:2:2", { pixelFormat: "422-8" }, [0, 12, 22]],
  ["10-bit 4:4:4", { pixelFormat: "444-10" }, [0, 12, 23]],
  ["10-bit 4:2:2", { pixelFormat: "422-10" }, [0, 12, 24]],
  ["10-bit 4:2:0", { pixelFormat: "420-10" }, [0, 12, 25]],
  ["MP4 and H.265", { profiles: [{ container: "mp4", encoder: "h265" }] }, [0, 2, 12, 16]],
  ["VP8 and VP9", { profiles: [{ encoder: "vp8" }, { encoder: "vp9" }] }, [0, 1, 12, 19, 20]],
  ["a fraction of frames", { profiles: [{ fpsDen: 1001 }] }, [0, 1, 3, 12]],
  ["H.264 profile", { profiles: [{ profile: "constrainedHigh" }] }, [0, 1, 10, 12]],
  ["a special GOP", { profiles: [{ gop: -1 }] }, [0, 1, 11, 12]],
  ["S3", { storage: "s3" }, [0, 5, 12]],
  ["Google's", { storage: "gcs" }, [0, 6, 12]],
  ["direct", { storage: "direct" }, [0, 4, 12]],
])("K-11: %s", (_, job, expected) => {
  expect(bits(job)).toEqual(expected);
});

it("K-11: refuses depths that no node decodes", () => {
  expect(() => bits({ pixelFormat: "420-12" })).toThrow(/pixel format "420-12"/);
});

it("K-10: carries the gateway's least version", () => {
  expect(jobCapabilities({ profiles: [], minVersion: "0.8.8" }).minVersion).toBe("0.8.8");
});
