/** Amounts in sentences about payouts. */
import { formatEther } from "ethers/utils";

/** All digits that there are: `0.0125 ETH`. */
export function ethText(wei: bigint): string {
  return `${formatEther(wei).replace(/\.0$/, "")} ETH`;
}
