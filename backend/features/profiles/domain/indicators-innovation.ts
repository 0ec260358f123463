import { define, NEWEST, REGISTER } from "./indicator.ts";
import { asFen, newest } from "./period-rules.ts";
import { amountIn } from "./profile-record.ts";
import { all, any, count, every, fromRegister, has, inForce, sumFen } from "./register-rules.ts";

const patents = define("innovation", "patents");
const licences = define("innovation", "business-licences");
const marks = define("innovation", "trademarks");
const certifications = define("innovation", "product-certifications");
const income = define("innovation", "corporate-income-tax");

const specialised = define("innovation", "specialised-smes");
const projects = define("innovation", "research-projects");
const contracts = define("innovation", "technology-contracts");

const kept = has("status", "valid", "pledged");
const licence = (kind: string) => all(has("status", "valid"), has("kind", kind), inForce("validFrom", "validTo"));

/** What it invents. */
export const INNOVATION_INDICATORS = [
  patents("patentCount", "count", "有效专利", "Patents in force", REGISTER, fromRegister(kept, count)),
  patents(
    "inventionCount",
    "count",
    "有效发明专利",
    "Invention patents in force",
    REGISTER,
    fromRegister(all(kept, has("patentType", "invention")), count),
  ),
  licences(
    "highTech",
    "flag",
    "高新技术企业",
    "High-tech enterprise",
    REGISTER,
    fromRegister(licence("high-tech"), any),
  ),
  licences("techSme", "flag", "科技型中小企业", "Technology SME", REGISTER, fromRegister(licence("tech-sme"), any)),
  patents(
    "patentsGranted36m",
    "count",
    "近36个月授权专利",
    "Patents granted, 36 months",
    REGISTER,
    fromRegister(every, count, { months: 36, on: "grantedOn" }),
  ),
  patents(
    "patentsPledged",
    "count",
    "质押专利",
    "Patents pledged",
    REGISTER,
    fromRegister(has("status", "pledged"), count),
  ),
  marks("trademarkCount", "count", "有效商标", "Trademarks in force", REGISTER, fromRegister(kept, count)),
  certifications(
    "certificationCount",
    "count",
    "有效产品与体系认证",
    "Certifications in force",
    REGISTER,
    fromRegister(all(has("status", "valid"), inForce("validFrom", "validTo")), count),
  ),
  income(
    "rdDeductionFen",
    "fen",
    "研发费用加计扣除额",
    "R&D deduction",
    NEWEST,
    newest(amountIn("rdDeduction"), asFen),
  ),
  specialised(
    "specialised",
    "flag",
    "专精特新企业",
    "Specialised and new SME",
    REGISTER,
    fromRegister(all(has("status", "valid"), inForce("validFrom", "validTo")), any),
  ),
  projects(
    "researchFunding36mFen",
    "fen",
    "近36个月科技项目资助",
    "Research funding, 36 months",
    REGISTER,
    fromRegister(every, sumFen("funding"), { months: 36, on: "startedOn" }),
  ),
  contracts(
    "technologyContracts36mFen",
    "fen",
    "近36个月技术合同额",
    "Technology contracts, 36 months",
    REGISTER,
    fromRegister(every, sumFen("contractAmount"), { months: 36, on: "registeredOn" }),
  ),
];
