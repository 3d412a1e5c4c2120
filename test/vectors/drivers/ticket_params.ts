/** ticket_params.json: what a ticket is worth, and which terms a gateway accepts. */
import { Rational, ticketEV, ticketParamsFault, winProbability } from "poolsim/discovery";
import { expect } from "vitest";
import {
  type Driver,
  isPanic,
  type Outcome,
  survive,
  unknownKind,
  type VectorCase,
} from "../driver.js";
import { type Maybe, rational, whole } from "../json.js";

interface Terms {
  readonly faceValue: Maybe<string>;
  readonly winProb: Maybe<string>;
}

interface Worth extends Terms {
  readonly fn: "ticketEV";
}

interface Validation {
  readonly fn: "validateTicketParams";
  readonly ticketParams: Maybe<Terms & { readonly expirationBlock: Maybe<string> }>;
  readonly numTickets: number;
  readonly maxEV: Maybe<string>;
  readonly maxTotalEV: Maybe<string>;
  readonly depositMultiplier: number;
  readonly lastInitializedRound: Maybe<string>;
  readonly lastSeenL1Block: Maybe<string>;
  readonly sender: Maybe<{
    readonly deposit: Maybe<string>;
    readonly reserveFundsRemaining: Maybe<string>;
    readonly withdrawRound: Maybe<string>;
  }>;
  readonly senderInfoError: Maybe<string>;
}

interface Out {
  readonly error: string | null;
  readonly kind: "none" | "expired" | "senderValidation" | "other";
}

function terms({ faceValue, winProb }: Terms) {
  return { faceValue: whole(faceValue), winProb: whole(winProb) };
}

function kindOfFault(given: Validation): Out["kind"] {
  const { ticketParams, sender, senderInfoError = null } = given;
  const fault = ticketParamsFault(
    ticketParams
      ? { ...terms(ticketParams), expirationBlock: whole(ticketParams.expirationBlock) }
      : null,
    {
      maxTicketEV: rational(given.maxEV) ?? Rational.ZERO,
      maxTotalEV: rational(given.maxTotalEV) ?? Rational.ZERO,
      depositMultiplier: whole(given.depositMultiplier),
      lastInitializedRound: whole(given.lastInitializedRound),
      lastSeenL1Block: whole(given.lastSeenL1Block),
      sender:
        senderInfoError === null
          ? {
              deposit: whole(sender?.deposit),
              reserveFundsRemaining: whole(sender?.reserveFundsRemaining),
              withdrawRound: whole(sender?.withdrawRound),
            }
          : null,
    },
    given.numTickets,
  );
  return fault?.kind ?? "none";
}

export const outcome: Outcome = (given: Worth | Validation) => {
  switch (given.fn) {
    case "ticketEV": {
      const ev = ticketEV(terms(given));
      return {
        ev: ev.toString(),
        evFloatString5: ev.toFixed(5),
        winProbRat: winProbability(terms(given)).toString(),
      };
    }
    case "validateTicketParams": {
      const kind = kindOfFault(given);
      return { kind, error: kind === "none" ? null : expect.any(String) };
    }
    default:
      return unknownKind(JSON.stringify(given));
  }
};

export const driver: Driver = ({ in: given, out }: VectorCase<Worth | Validation>) => {
  if (isPanic(out)) survive(() => outcome(given));
  else expect(out).toEqual(outcome(given));
};
