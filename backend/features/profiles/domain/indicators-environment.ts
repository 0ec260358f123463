import { define, GROWTH, NEWEST, REGISTER } from "./indicator.ts";
import { asCount, asFen, growth, newest, newestField, ofNewest, yearSum } from "./period-rules.ts";
import { amountIn, countIn, type Measure, numberOf, textOf } from "./profile-record.ts";
import { all, any, count, every, fromRegister, has, inForce, sumDecimal, sumFen } from "./register-rules.ts";

const discharge = define("environment", "discharge-permits");
const water = define("environment", "water-permits");
const penalties = define("environment", "environmental-penalties");
const credit = define("environment", "environmental-credit");
const emissions = define("environment", "pollutant-emissions");
const waste = define("environment", "hazardous-waste");
const energy = define("environment", "industrial-energy");
const fees = define("environment", "water-fees");
const accidents = define("environment", "safety-accidents");

const valid = all(has("status", "valid"), inForce("validFrom", "validTo"));
/** Whole tonnes of coal equivalent: what is left over is below what meters tell. */
const TONNES: Measure = (record) => {
  const tonnes = numberOf(record, "coalEquivalentTonnes");
  return tonnes === null ? null : BigInt(Math.round(tonnes));
};

/** What it takes from nature and gives back. Grades are those of 《企业环境信用评价办法（试行）》: green, blue, yellow, red. */
export const ENVIRONMENT_INDICATORS = [
  credit(
    "creditGrade",
    "code",
    "环境信用等级",
    "Environmental credit grade",
    ["最近评价年度的等级；过旧则未知", "Grade of the newest year assessed; unknown when that is too old"],
    newestField((record) => textOf(record, "grade")),
  ),
  penalties(
    "penalties24m",
    "count",
    "近24个月环境处罚",
    "Environmental penalties, 24 months",
    REGISTER,
    fromRegister(every, count, { months: 24, on: "decidedOn" }),
  ),
  penalties(
    "fines24mFen",
    "fen",
    "近24个月环境罚款",
    "Environmental fines, 24 months",
    REGISTER,
    fromRegister(every, sumFen("fineAmount"), { months: 24, on: "decidedOn" }),
  ),
  emissions(
    "exceedances12m",
    "count",
    "近12个月超标次数",
    "Emissions over the limit, 12 months",
    ["近12个月监测超标次数合计；无监测记录则未知", "Sum over 12 months of monitoring; unknown without monitoring"],
    yearSum(countIn("exceedances"), asCount),
  ),
  discharge("dischargePermit", "flag", "排污许可证", "Discharge permit", REGISTER, fromRegister(valid, any)),
  water("waterPermit", "flag", "取水许可证", "Water permit", REGISTER, fromRegister(valid, any)),
  fees(
    "waterTaken12m",
    "count",
    "近12个月取水量（立方米）",
    "Water taken, 12 months (m³)",
    ["近12个月实际取水量合计", "Water taken over 12 months"],
    yearSum(countIn("cubicMetres"), asCount),
  ),
  fees(
    "waterFeePaid12mFen",
    "fen",
    "近12个月水资源费实缴",
    "Water fees paid, 12 months",
    ["近12个月实缴合计", "Paid over 12 months"],
    yearSum(amountIn("paid"), asFen),
  ),
  energy("coalTonnesGrowthBps", "bps", "综合能耗同比", "Energy use, growth", GROWTH, growth(TONNES)),
  energy(
    "coalTonnes",
    "count",
    "月综合能耗（吨标准煤）",
    "Energy of the newest month (tonnes of coal equivalent)",
    NEWEST,
    newest(TONNES, asCount),
  ),
  waste(
    "wasteStoredTonnes",
    "count",
    "危险废物贮存量（吨）",
    "Hazardous waste stored (tonnes)",
    [
      "最近年度申报的年末贮存量；过旧则未知",
      "Stored at the end of the newest year declared; unknown when that is too old",
    ],
    ofNewest(() => true, sumDecimal("storedTonnes")),
  ),
  accidents(
    "accidents36m",
    "count",
    "近36个月安全事故",
    "Safety accidents, 36 months",
    REGISTER,
    fromRegister(every, count, { months: 36, on: "happenedOn" }),
  ),
];
