/**
 * Host names to addresses, many at a time. Node asks the system for only two names at once, so
 * that one slow name server would hold up everybody else's dial, where in go-livepeer it holds up
 * its own only. Here each dial asks the name servers itself, and leaves to the system what they
 * do not know (names of the local network, of /etc/hosts).
 */
import { lookup as systemLookup } from "node:dns";
import { Resolver } from "node:dns/promises";
import type { LookupFunction } from "node:net";

/** Makes the lookup of one dial, which ends with the dial. */
export type HostLookup = (signal: AbortSignal) => LookupFunction;

/** Asks the system, two names at a time in the whole process. */
export const lookupBySystem: HostLookup = () => systemLookup;

/**
 * Asks name servers directly, for IPv4 and IPv6 addresses at the same time, any number of names at
 * once. Names without a dot, and names that the servers do not know, are asked of the system.
 *
 * @param servers addresses of name servers; none = the system's
 */
export function lookupInParallel(servers: readonly string[] = []): HostLookup {
  return (signal) => (hostname, options, callback) => {
    // Without a dot it is no name of the public network.
    if (!hostname.includes(".")) {
      systemLookup(hostname, options, callback);
      return;
    }
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    if (servers.length > 0) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener("abort", cancel);
    Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]).then(
      ([ipv4, ipv6]) => {
        signal.removeEventListener("abort", cancel);
        const four = ipv4.status === "fulfilled" ? ipv4.value : [];
        const six = ipv6.status === "fulfilled" ? ipv6.value : [];
        const addresses = [
          ...four.map((address) => ({ address, family: 4 })),
          ...six.map((address) => ({ address, family: 6 })),
        ];
        const [first] = addresses;
        if (signal.aborted) callback(new Error("the dial was given up"), "", 0);
        else if (first === undefined) systemLookup(hostname, options, callback);
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
    );
  };
}
