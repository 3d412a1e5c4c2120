/** ticket_params.json: what a ticket is worth, and which terms a gateway accepts. */
import { Rational, ticketEV, ticketParamsFault, winProbability } from "poolsim/discovery";
import { expect } from "vitest";
import { type Driver, unknownKind, type VectorCase } from "../driver.js";

interface Terms {
  readonly faceValue: string;
  readonly winProb: string;
}

interface Worth extends Terms {
  readonly fn: "ticketEV";
}

interface Validation {
  readonly fn: "validateTicketParams";
  readonly ticketParams: (Terms & { readonly expirationBlock: string }) | null;
  readonly numTickets: number;
  readonly maxEV: string;
  readonly maxTotalEV: string;
  readonly depositMultiplier: number;
  readonly lastInitializedRound: string;
  readonly lastSeenL1Block: string;
  readonly sender: {
    readonly deposit: string;
    readonly reserveFundsRemaining: string;
    readonly withdrawRound: string;
  };
  readonly senderInfoError: string | null;
}

interface Out {
  readonly ev: string;
  readonly evFloatString5: string;
  readonly winProbRat: string;
  readonly error: string | null;
  readonly kind: "none" | "expired" | "senderValidation" | "other";
}

function terms({ faceValue, winProb }: Terms) {
  return { faceValue: BigInt(faceValue), winProb: BigInt(winProb) };
}

function kindOfFault(input: Validation): Out["kind"] {
  const { ticketParams, sender } = input;
  const fault = ticketParamsFault(
    ticketParams && {
      ...terms(ticketParams),
      expirationBlock: BigInt(ticketParams.expirationBlock),
    },
    {
      maxTicketEV: Rational.parse(input.maxEV),
      maxTotalEV: Rational.parse(input.maxTotalEV),
      depositMultiplier: BigInt(input.depositMultiplier),
      lastInitializedRound: BigInt(input.lastInitializedRound),
      lastSeenL1Block: BigInt(input.lastSeenL1Block),
      sender:
        input.senderInfoError === null
          ? {
              deposit: BigInt(sender.deposit),
              reserveFundsRemaining: BigInt(sender.reserveFundsRemaining),
              withdrawRound: BigInt(sender.withdrawRound),
            }
          : null,
    },
    input.numTickets,
  );
  return fault?.kind ?? "none";
}

export const driver: Driver = ({ in: input, out }: VectorCase<Worth | Validation, Out>) => {
  switch (input.fn) {
    case "ticketEV": {
      const ev = ticketEV(terms(input));
      expect({
        ev: ev.toString(),
        evFloatString5: ev.toFixed(5),
        winProbRat: winProbability(terms(input)).toString(),
      }).toEqual(out);
      break;
    }
    case "validateTicketParams":
      expect(kindOfFault(input)).toBe(out.kind);
      expect(out.kind === "none").toBe(out.error === null);
      break;
    default:
      unknownKind(JSON.stringify(input));
  }
};
