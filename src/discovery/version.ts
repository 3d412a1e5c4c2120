/**
 * Versions as gateways compare them (K-9): leniently read semantic versions, of which only the
 * three numbers count.
 */

// Anchored by hand: one optional lower-case "v", one to three numbers, then a pre-release and a
// build suffix of dot-separated identifiers.
const identifiers = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const pattern = new RegExp(
  `^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(${identifiers}))?(?:\\+${identifiers})?$`,
);
const UINT64_MAX = 2n ** 64n - 1n;

type Version = readonly [major: bigint, minor: bigint, patch: bigint];

function parse(text: string): Version | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const [major, minor, patch] = [1, 2, 3].map((part) => BigInt(match[part] ?? "0"));
  if (major === undefined || minor === undefined || patch === undefined) return null;
  if (major > UINT64_MAX || minor > UINT64_MAX || patch > UINT64_MAX) return null;
  const preRelease = match[4]?.split(".") ?? [];
  return preRelease.some((identifier) => /^0[0-9]+$/.test(identifier))
    ? null
    : [major, minor, patch];
}

/**
 * Whether a node's version is new enough (K-9).
 *
 * An unreadable demand is met by any version that was reported, an unreadable version meets no
 * readable demand, and a pre-release counts as the release: `0.8.8-abc123` meets `0.8.8`.
 *
 * @param minVersion what is asked for; empty = anything
 * @param version what the node reports; empty or `undefined` (a build without a version) = unknown
 */
export function versionCompatible(minVersion: string, version: string): boolean {
  if (minVersion === "") return true;
  if (version === "" || version === "undefined") return false;
  const wanted = parse(minVersion);
  if (wanted === null) return true;
  const actual = parse(version);
  if (actual === null) return false;
  const differing = actual.findIndex((part, index) => part !== wanted[index]);
  const [part, least] = [actual[differing], wanted[differing]];
  return part === undefined || least === undefined || part > least;
}
