/** Tickets in memory: what a few events come to, without what the books have of others. */
import type { RedemptionRow, TicketRow, TicketStore } from "../store/ticket-store.js";

/** As a store keeps them. */
export class TicketMemory implements TicketStore {
  readonly #tickets = new Map<number, TicketRow>();
  readonly #redemptions = new Map<string, RedemptionRow>();
  #next = 1;

  /** Newest first. */
  list(): readonly TicketRow[] {
    return [...this.#tickets.values()].reverse();
  }

  like(ticket: string): readonly TicketRow[] {
    return [...this.#tickets.values()].filter((row) => row.ticket === ticket);
  }

  byHash(txHash: string): TicketRow | null {
    return [...this.#tickets.values()].find((row) => row.txHash === txHash) ?? null;
  }

  add(ticket: Omit<TicketRow, "id">): void {
    const id = this.#next++;
    this.#tickets.set(id, { ...ticket, id });
  }

  change(ticket: TicketRow): void {
    this.#tickets.set(ticket.id, { ...this.#tickets.get(ticket.id), ...ticket });
  }

  remove(id: number): void {
    this.#tickets.delete(id);
  }

  redemptions(ticket: string): readonly RedemptionRow[] {
    return [...this.#redemptions.values()]
      .filter((row) => row.ticket === ticket)
      .sort((a, b) => (a.txHash < b.txHash ? -1 : 1));
  }

  putRedemption(redemption: RedemptionRow): void {
    this.#redemptions.set(`${redemption.ticket} ${redemption.txHash}`, redemption);
  }

  dropRedemption({ ticket, txHash }: RedemptionRow): void {
    this.#redemptions.delete(`${ticket} ${txHash}`);
  }
}
