import { define, REGISTER } from "./indicator.ts";
import { textOf } from "./profile-record.ts";
import { count, every, fromRegister, has, hasNot, sumDecimal, sumFen } from "./register-rules.ts";

const estate = define("assets", "real-estate");
const vehicles = define("assets", "vehicles");
const land = define("assets", "land-use-rights");
const estateMortgages = define("assets", "real-estate-mortgages");
const chattels = define("assets", "chattel-mortgages");
const equity = define("assets", "equity-pledges");
const equipment = define("assets", "special-equipment");

const inUse = hasNot("status", "scrapped");
const NOT_CANCELLED = [
  "未注销的登记合计；已归集而无登记即为零",
  "Registrations that aren't cancelled; no entry in a received register means zero",
] as const;

/** What it owns, and how much of it secures debts already. */
export const ASSET_INDICATORS = [
  estate("realEstateCount", "count", "不动产数量", "Real estate", REGISTER, fromRegister(every, count)),
  estate(
    "realEstateAreaSqm",
    "sqm",
    "不动产面积",
    "Real estate, floor area",
    REGISTER,
    fromRegister(every, sumDecimal("areaSqm")),
  ),
  estate(
    "mortgagedCount",
    "count",
    "已抵押不动产数量",
    "Real estate mortgaged",
    REGISTER,
    fromRegister(has("mortgaged", true), count),
  ),
  vehicles(
    "vehicleCount",
    "count",
    "机动车数量",
    "Vehicles",
    [
      "未报废的车辆；全市登记簿：已归集且未过期而无记录即为零，否则未知",
      "Those not scrapped. A register of the whole city: no entry means zero once it was received and isn't too old; unknown otherwise",
    ],
    fromRegister(inUse, count),
  ),
  vehicles(
    "truckCount",
    "count",
    "货车与牵引车数量",
    "Trucks and tractors",
    REGISTER,
    fromRegister(
      (record, today) => inUse(record, today) && /truck|tractor/.test(textOf(record, "vehicleType") ?? ""),
      count,
    ),
  ),
  vehicles(
    "seizedVehicles",
    "count",
    "被查封机动车",
    "Vehicles seized",
    REGISTER,
    fromRegister(has("status", "seized"), count),
  ),
  land("landAreaSqm", "sqm", "土地使用权面积", "Land, area", REGISTER, fromRegister(every, sumDecimal("areaSqm"))),
  estateMortgages(
    "estateDebtSecuredFen",
    "fen",
    "不动产抵押担保债权",
    "Debt secured by real estate",
    NOT_CANCELLED,
    fromRegister(has("status", "valid"), sumFen("securedAmount")),
  ),
  chattels(
    "chattelDebtSecuredFen",
    "fen",
    "动产抵押担保债权",
    "Debt secured by movables",
    NOT_CANCELLED,
    fromRegister(has("status", "valid"), sumFen("securedAmount")),
  ),
  equity(
    "pledgedCapitalFen",
    "fen",
    "股权出质数额",
    "Capital pledged",
    NOT_CANCELLED,
    fromRegister(has("status", "valid"), sumFen("pledgedCapital")),
  ),
  equipment("specialEquipment", "count", "特种设备", "Special equipment", REGISTER, fromRegister(every, count)),
];
