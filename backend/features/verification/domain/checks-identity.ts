import { fenOf, no, textOf, unknown, yes } from "./check-facts.ts";
import { check } from "./check-kind.ts";
import { plainName } from "./plain-name.ts";

const REGISTER = "business-registration";
const PEOPLE = "key-personnel";

/* Who the subject is. A subject that a current register doesn't have is not registered: that is "no". */

export const IDENTITY_CHECKS = [
  /** Yes when the register has the code, under this name apart from how it is written. */
  check({
    code: "creditCodeName",
    question: {
      zh: "统一社会信用代码存在，且与名称一致",
      en: "Does the credit code exist, and does it belong to this name?",
    },
    params: [{ name: "name", label: { zh: "名称", en: "Name" }, type: "text", maxLength: 200 }],
    catalogs: [REGISTER],
    rule(facts, { name }) {
      const records = facts.of(REGISTER);
      const same = records.some((record) => plainName(textOf(record, "name") ?? "") === plainName(name));
      return same ? yes(records) : no(records);
    },
  }),
  /** Yes when it is registered and neither struck off, revoked nor moved away; dormant is lawful (登记管理条例 第三十条). */
  check({
    code: "businessLicenceValid",
    question: {
      zh: "营业执照有效（未注销、未吊销、未迁出）",
      en: "Is the business licence valid (not cancelled, revoked or moved out)?",
    },
    params: [],
    catalogs: [REGISTER],
    rule(facts) {
      const records = facts.of(REGISTER);
      if (records.some((record) => textOf(record, "status") === undefined)) return unknown("noValue", records);
      return records.length > 0 && records.every(({ fields }) => ["active", "dormant"].includes(String(fields.status)))
        ? yes(records)
        : no(records);
    },
  }),
  /**
   * Yes when name and identity number are those of the legal representative. The number comes as the same keyed hash as the
   * register's; where that has no number, persons of one name can't be told apart: only another name gives an answer, no.
   */
  check({
    code: "legalRepresentative",
    question: { zh: "法定代表人是该人", en: "Is this person the legal representative?" },
    params: [
      { name: "personName", label: { zh: "姓名", en: "Person's name" }, type: "text", maxLength: 60 },
      { name: "personNumber", label: { zh: "身份证号", en: "Identity number" }, type: "person" },
    ],
    catalogs: [REGISTER, PEOPLE],
    rule(facts, { personName, personNumber }) {
      const records = facts.of(REGISTER);
      const [record] = records;
      if (!record) return no();
      const name = textOf(record, "legalRepresentative");
      if (name === undefined) return unknown("noValue", records);
      if (plainName(name) !== plainName(personName)) return no(records);
      const persons = facts.of(PEOPLE).filter(({ fields }) => fields.position === "legal-representative");
      const same = persons.filter((person) => textOf(person, "personId") === personNumber);
      if (same.length > 0) return yes([...records, ...same]);
      return persons.length > 0 ? no([...records, ...persons]) : unknown("noValue", records);
    },
  }),
  check({
    code: "registeredCapital",
    question: { zh: "注册资本不低于该金额", en: "Is the registered capital at least this amount?" },
    params: [{ name: "amountFen", label: { zh: "金额（分）", en: "Amount (fen)" }, type: "amount" }],
    catalogs: [REGISTER],
    rule(facts, { amountFen }) {
      const records = facts.of(REGISTER);
      const [record] = records;
      if (!record) return no();
      const capital = fenOf(record, "registeredCapital");
      if (capital === undefined) return unknown("noValue", records);
      return capital >= BigInt(amountFen) ? yes(records) : no(records);
    },
  }),
] as const;
