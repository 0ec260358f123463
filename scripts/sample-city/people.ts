import { YUXI_DISTRICTS } from "../../backend/features/data-exchange/domain/districts.ts";
import { makePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import { addDays } from "./calendar.ts";
import { personName } from "./names.ts";
import { type Random, randomOf } from "./random.ts";

export interface Person {
  readonly name: string;
  /** GB 11643, with a right check character; the person is invented. */
  readonly id: string;
}

function person(random: Random, name?: string): Person {
  const named = name ?? personName(random);
  const district = random.pick(YUXI_DISTRICTS).code;
  return { name: named, id: makePersonId(district, addDays("1956-01-01", random.int(0, 17_000)), random.int(1, 999)) };
}

/** One in eight represents an enterprise that was there before as well: that is how groups of enterprises come about. */
export function representativeOf(seed: string, index: number, name?: string): Person {
  if (name !== undefined) return person(randomOf(seed, "person", "cast", index), name);
  const random = randomOf(seed, "person", index);
  if (index < 100 || !random.chance(0.12)) return person(random);
  return person(randomOf(seed, "person", "owner", random.int(0, Math.floor(index / 8))));
}

export interface Holding {
  readonly person: Person;
  readonly percent: number;
}

/** Who owns it: the representative most of it, with up to three others. */
export function holdersOf(representative: Person, random: Random, single: boolean): Holding[] {
  const others = single ? 0 : random.weighted([[0, 4] as const, [1, 4] as const, [2, 2] as const, [3, 1] as const]);
  if (others === 0) return [{ person: representative, percent: 100 }];
  const most = random.int(51, 80);
  const share = Math.floor((100 - most) / others);
  return [
    { person: representative, percent: 100 - share * others },
    ...Array.from({ length: others }, () => ({ person: person(random), percent: share })),
  ];
}
