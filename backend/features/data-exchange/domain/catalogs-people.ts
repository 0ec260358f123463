import type { Catalog } from "./catalog.ts";
import {
  amount,
  catalogsOf,
  code,
  date,
  integer,
  LICENCE,
  licenceFields,
  negativeUntil,
  optional,
  PUBLIC,
  personId,
  SENSITIVE,
  text,
  words,
  year,
} from "./fields.ts";

/* Those who work for an enterprise and those who stand for it. */

const labour = catalogsOf("human-resources");
const police = catalogsOf("public-security");
const civil = catalogsOf("civil-affairs");
const health = catalogsOf("health");

export const PEOPLE_CATALOGS: readonly Catalog[] = [
  labour(
    "wage-arrears",
    "拖欠农民工工资失信信息",
    "Wage arrears",
    "people",
    {
      ...PUBLIC,
      legalBasis: "《保障农民工工资支付条例》",
      key: ["decisionNo"],
      ...negativeUntil("removedOn"),
      sourceTime: true,
    },
    [
      text("decisionNo", "列入决定书文号", "Decision number", ["决定书文号", "文号"]),
      integer("workers", "涉及人数", "Workers", ["拖欠人数"], { min: 0, max: 1_000_000 }),
      amount("amount", "拖欠金额", "Amount owed", ["拖欠工资金额", "欠薪金额"]),
      date("listedOn", "列入日期", "Listed on", ["列入时间"]),
      date("removedOn", "移出日期", "Removed on", ["移出时间"], optional),
    ],
  ),
  labour(
    "labour-arbitrations",
    "劳动人事争议仲裁信息",
    "Labour arbitrations",
    "people",
    { legalBasis: "《中华人民共和国劳动争议调解仲裁法》", key: ["caseNo", "uscc"], ...negativeUntil("closedOn") },
    [
      text("caseNo", "仲裁案号", "Case number", ["案号", "案件编号"]),
      code("dispute", "争议类型", "Dispute", ["案由", "争议事项"], {
        ...words({
          wages: "劳动报酬 工资",
          insurance: "社会保险",
          injury: "工伤待遇 工伤",
          contract: "解除劳动合同 劳动合同",
          other: "其他",
        }),
      }),
      integer("workers", "涉案人数", "Workers", ["申请人数"], { min: 1, max: 100_000 }),
      amount("awardAmount", "裁决金额", "Amount awarded", ["裁决标的额", "标的额"], optional),
      date("filedOn", "立案日期", "Filed on", ["受理日期"]),
      date("closedOn", "结案日期", "Closed on", ["裁决日期"], optional),
      code("result", "处理结果", "Result", ["裁决结果"], {
        required: false,
        ...words({
          worker: "支持劳动者 劳动者胜诉",
          employer: "驳回 用人单位胜诉",
          settled: "调解 撤诉",
          split: "部分支持",
        }),
      }),
    ],
  ),
  labour(
    "employment-subsidies",
    "稳岗与就业补贴信息",
    "Employment subsidies",
    "people",
    {
      legalBasis: "《失业保险条例》",
      updateFrequency: "quarterly",
      key: ["uscc", "year", "kind"],
      periodField: "year",
    },
    [
      year("补贴年度", ["年度"]),
      code("kind", "补贴类型", "Kind", ["补贴项目", "补贴种类"], {
        ...words({
          retention: "稳岗返还 稳岗补贴",
          hiring: "吸纳就业补贴 一次性扩岗补助",
          training: "职业技能培训补贴 培训补贴",
          insurance: "社会保险补贴",
        }),
      }),
      amount("amount", "补贴金额", "Amount", ["发放金额", "返还金额"]),
      integer("people", "惠及人数", "People", ["补贴人数"], { required: false, min: 0 }),
      date("paidOn", "拨付日期", "Paid on", ["发放日期"], optional),
    ],
  ),
  labour(
    "talents",
    "人才与专业技术人员信息",
    "Talents and certified specialists",
    "innovation",
    {
      ...SENSITIVE,
      legalBasis: "《专业技术人员继续教育规定》",
      updateFrequency: "quarterly",
      key: ["uscc", "certificateNo"],
    },
    [
      text("certificateNo", "资格证书编号", "Certificate number", ["证书编号", "证书号"]),
      personId("personId", "身份证号码", "Identity number", ["身份证号", "公民身份号码", "证件号码"]),
      code("level", "人才级别", "Level", ["职称等级", "级别", "资格级别"], {
        ...words({
          senior: "高级 正高级 副高级 高级工程师",
          intermediate: "中级 工程师",
          junior: "初级 助理工程师",
          technician: "高级技师 技师",
          doctor: "博士",
        }),
      }),
      text("speciality", "专业名称", "Speciality", ["专业", "职业工种"], optional),
      date("certifiedOn", "取得日期", "Certified on", ["发证日期", "批准日期"]),
    ],
  ),
  police(
    "person-identities",
    "企业相关人员身份核验信息",
    "Identity checks of persons",
    "identity",
    { ...SENSITIVE, legalBasis: "《中华人民共和国居民身份证法》", key: ["uscc", "personId"] },
    [
      text("personName", "姓名", "Name of the person", ["人员姓名"]),
      personId("personId", "公民身份号码", "Identity number", ["身份证号", "身份证号码", "证件号码"]),
      code("status", "身份状态", "Identity status", ["人员状态", "户籍状态"], {
        ...words({ normal: "正常 有效", cancelled: "注销 死亡注销", wanted: "在逃", restricted: "限制出境" }),
      }),
      date("checkedOn", "核验日期", "Checked on", ["比对日期"]),
    ],
  ),
  police(
    "special-trade-licences",
    "特种行业许可信息",
    "Special trade licences",
    "identity",
    {
      ...PUBLIC,
      legalBasis: "《旅馆业治安管理办法》",
      key: ["licenceNo"],
      licence: { ...LICENCE, nameField: "trade" },
    },
    [
      code("trade", "行业类别", "Trade", ["特种行业类别", "许可行业"], {
        ...words({
          hotel: "旅馆业 旅馆业特种行业许可证",
          engraving: "公章刻制业",
          pawn: "典当业",
          recycling: "废旧金属收购业",
        }),
      }),
      ...licenceFields("特种行业许可证", "Special trade licence"),
    ],
  ),
  civil(
    "social-organisations",
    "社会组织登记信息",
    "Social organisations",
    "identity",
    { ...PUBLIC, legalBasis: "《社会团体登记管理条例》", key: ["uscc"] },
    [
      code("kind", "社会组织类型", "Kind", ["组织类型", "类型"], {
        ...words({ association: "社会团体", service: "民办非企业单位 社会服务机构", foundation: "基金会" }),
      }),
      text("legalRepresentative", "法定代表人", "Legal representative", ["负责人"]),
      amount("startingFunds", "注册资金", "Starting funds", ["开办资金"], { unit: "wanyuan" }),
      date("registeredOn", "登记日期", "Registered on", ["成立登记日期"]),
      code("inspection", "年检结论", "Yearly inspection", ["年度检查结论"], {
        required: false,
        ...words({ passed: "合格", basic: "基本合格", failed: "不合格" }),
      }),
      code("status", "登记状态", "Status", ["状态"], words({ active: "正常", cancelled: "注销", revoked: "撤销" })),
    ],
  ),
  civil(
    "marriage-registrations",
    "企业相关人员婚姻登记信息",
    "Marriage registrations of representatives",
    "identity",
    {
      sensitivity: "sensitive",
      shareType: "closed",
      legalBasis: "《婚姻登记条例》",
      key: ["uscc", "personId", "registeredOn"],
    },
    [
      personId("personId", "公民身份号码", "Identity number", ["身份证号", "身份证号码", "证件号码"]),
      code("status", "婚姻状况", "Marital status", ["婚姻登记类型", "登记类别"], {
        ...words({ married: "结婚 已婚", divorced: "离婚", annulled: "撤销婚姻" }),
      }),
      personId("spouseId", "配偶公民身份号码", "Spouse's identity number", ["配偶身份证号", "配偶证件号码"], optional),
      date("registeredOn", "登记日期", "Registered on", ["婚姻登记日期"]),
    ],
  ),
  health(
    "health-permits",
    "公共场所卫生许可信息",
    "Health permits",
    "identity",
    { ...PUBLIC, legalBasis: "《公共场所卫生管理条例》", key: ["licenceNo"], licence: LICENCE },
    [
      ...licenceFields("卫生许可证", "Health permit"),
      code("grade", "卫生信誉度等级", "Hygiene grade", ["量化分级等级", "卫生等级"], {
        required: false,
        ...words({ A: "A A级", B: "B B级", C: "C C级" }),
      }),
    ],
  ),
];
