import { define, REGISTER } from "./indicator.ts";
import { monthsBefore, wholeMonths } from "./periods.ts";
import { textOf } from "./profile-record.ts";
import {
  all,
  any,
  count,
  endsWithin,
  every,
  fenField,
  fromRegister,
  has,
  hasNot,
  inForce,
  ofEntry,
  sumFen,
  textField,
} from "./register-rules.ts";

const REGISTERED = ["取自市场主体登记", "From the business registration"] as const;
const registration = define("identity", "business-registration");
const licences = define("identity", "business-licences", "licences");
const changes = define("identity", "registration-changes");
const abnormal = define("identity", "abnormal-operations");
const shareholders = define("identity", "shareholders");

const valid = all(has("status", "valid"), inForce("validFrom", "validTo"));

/** Who it is: registration, owners, licences. Industry codes are those of GB/T 4754—2017, sizes those of 国统字〔2017〕213号. */
export const IDENTITY_INDICATORS = [
  registration("status", "code", "登记状态", "Registration status", REGISTERED, textField("status")),
  registration(
    "ageMonths",
    "months",
    "成立月数",
    "Age",
    ["成立日期至今的整月数", "Whole months since it was established"],
    ofEntry((record, today) => {
      const established = textOf(record, "establishedOn");
      return established === null ? null : wholeMonths(established, today);
    }),
  ),
  registration("districtCode", "code", "所属区县", "District", REGISTERED, textField("districtCode")),
  registration("industryCode", "code", "行业代码", "Industry code", REGISTERED, textField("industryCode")),
  registration(
    "registeredCapitalFen",
    "fen",
    "注册资本",
    "Registered capital",
    REGISTERED,
    fenField("registeredCapital"),
  ),
  registration("enterpriseType", "code", "企业类型", "Type of enterprise", REGISTERED, textField("enterpriseType")),
  registration("scale", "code", "企业规模", "Size", REGISTERED, textField("scale")),
  changes(
    "changes12m",
    "count",
    "近12个月变更登记",
    "Registration changes, 12 months",
    REGISTER,
    fromRegister(every, count, { months: 12, on: "changedOn" }),
  ),
  changes(
    "representativeChanges36m",
    "count",
    "近36个月法定代表人变更",
    "Changes of legal representative, 36 months",
    REGISTER,
    fromRegister(has("item", "legal-representative"), count, { months: 36, on: "changedOn" }),
  ),
  shareholders("shareholderCount", "count", "股东数", "Shareholders", REGISTER, fromRegister(every, count)),
  shareholders(
    "paidInCapitalFen",
    "fen",
    "股东实缴出资",
    "Capital paid in",
    ["各股东实缴出资之和；无股东记录则未知", "What the shareholders have paid in; unknown without entries"],
    fromRegister(every, (taken) => (taken.length === 0 ? null : sumFen("paidIn")(taken))),
  ),
  abnormal(
    "abnormalListed",
    "flag",
    "在经营异常名录",
    "On the list of abnormal operations",
    ["列入后未移出；已归集而无记录即为否", "Listed and not removed; no entry in a received register means no"],
    fromRegister((record) => textOf(record, "removedOn") === null, any),
  ),
  licences("validCount", "count", "有效证照", "Licences in force", REGISTER, fromRegister(valid, count)),
  licences(
    "expiring3m",
    "count",
    "三个月内到期证照",
    "Licences that end within 3 months",
    REGISTER,
    fromRegister(all(valid, endsWithin("validTo", 3)), count),
  ),
  licences(
    "lostCount36m",
    "count",
    "近36个月被吊销或暂扣证照",
    "Licences revoked or suspended, issued in 36 months",
    REGISTER,
    fromRegister(
      all(
        hasNot("status", "valid", "expired", "cancelled"),
        (record, today) => (textOf(record, "validFrom") ?? "") > monthsBefore(today, 36),
      ),
      count,
    ),
  ),
];
