/**
 * What events are found by: a short number instead of a long text keeps the index small, and with
 * it the part of it that each batch writes again. Two texts may have the same key: whoever asks
 * compares the texts.
 */

/** 0 … 2^48 − 1. */
export function identityKey(identity: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let at = 0; at < identity.length; at++) {
    const unit = identity.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b) ^ (high >>> 15);
  }
  low = Math.imul(low ^ (low >>> 16), 0x7feb352d);
  high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return ((high ^ (high >>> 16)) & 0xffff) * 2 ** 32 + ((low ^ (low >>> 15)) >>> 0);
}
