import type { Catalog } from "./catalog.ts";
import {
  amount,
  BY_NAME,
  boolean,
  catalogsOf,
  code,
  date,
  negativeUntil,
  optional,
  PUBLIC,
  personId,
  text,
  words,
  year,
} from "./fields.ts";

/* Courts, notaries, and the lists of those who keep their word and those who don't. */

const court = catalogsOf("court");
const justice = catalogsOf("justice");
const reform = catalogsOf("development-reform");

export const JUSTICE_CATALOGS: readonly Catalog[] = [
  court(
    "enforcement-cases",
    "被执行人信息",
    "Persons under enforcement",
    "justice",
    {
      ...BY_NAME,
      legalBasis: "《最高人民法院关于民事执行中财产调查若干问题的规定》",
      updateFrequency: "weekly",
      key: ["caseNo", "party"],
      ...negativeUntil("closedOn"),
      sourceTime: true,
    },
    [
      text("caseNo", "执行案号", "Enforcement case number", ["案号", "案件编号"]),
      text("party", "被执行人", "Party", ["被执行人姓名或名称"]),
      amount("amount", "执行标的", "Amount to enforce", ["执行标的金额", "申请执行标的"]),
      amount("outstanding", "未履行金额", "Outstanding", ["未执行金额"], optional),
      date("filedOn", "立案日期", "Filed on", ["执行立案日期", "立案时间"]),
      date("closedOn", "结案日期", "Closed on", ["执行结案日期"], optional),
      code("status", "执行状态", "Status", ["案件状态", "状态"], {
        ...words({
          open: "执行中 恢复执行",
          suspended: "终结本次执行 终本",
          closed: "执行完毕 已结案 终结执行",
        }),
      }),
    ],
  ),
  court(
    "dishonest-debtors",
    "失信被执行人信息",
    "Dishonest debtors",
    "justice",
    {
      ...BY_NAME,
      legalBasis: "《最高人民法院关于公布失信被执行人名单信息的若干规定》",
      updateFrequency: "daily",
      key: ["caseNo", "party"],
      ...negativeUntil("removedOn"),
      sourceTime: true,
    },
    [
      text("caseNo", "执行案号", "Enforcement case number", ["案号"]),
      text("party", "失信被执行人", "Debtor", ["被执行人姓名或名称"]),
      personId("personId", "身份证号码", "Identity number", ["证件号码", "公民身份号码"], optional),
      code("conduct", "失信行为情形", "Conduct", ["失信情形", "失信行为具体情形"], {
        ...words({
          refusal: "有履行能力而拒不履行生效法律文书确定义务",
          evasion: "以虚假诉讼或转移财产方法规避执行 规避执行",
          "false-report": "违反财产报告制度",
          "consumption-breach": "违反限制消费令",
          other: "其他",
        }),
      }),
      amount("amount", "失信金额", "Amount", ["未履行金额", "执行标的"], optional),
      date("listedOn", "发布日期", "Listed on", ["发布时间", "列入日期"]),
      date("removedOn", "撤销日期", "Removed on", ["屏蔽日期", "移出日期"], optional),
    ],
  ),
  court(
    "bankruptcies",
    "破产重整案件信息",
    "Bankruptcies",
    "justice",
    { ...PUBLIC, legalBasis: "《中华人民共和国企业破产法》", key: ["caseNo"] },
    [
      text("caseNo", "破产案号", "Case number", ["案号"]),
      code("kind", "程序类型", "Kind", ["案件类型", "程序"], {
        ...words({ liquidation: "破产清算 清算", restructuring: "破产重整 重整", settlement: "破产和解 和解" }),
      }),
      date("acceptedOn", "裁定受理日期", "Accepted on", ["受理日期"]),
      text("administrator", "破产管理人", "Administrator", ["管理人"], optional),
      code(
        "status",
        "案件进展",
        "Status",
        ["状态", "审理状态"],
        words({ open: "审理中 重整期间", closed: "终结 已结" }),
      ),
    ],
  ),
  justice(
    "notarised-debts",
    "赋予强制执行效力公证信息",
    "Notarised debts",
    "justice",
    { ...BY_NAME, legalBasis: "《中华人民共和国公证法》", key: ["notaryNo"] },
    [
      text("notaryNo", "公证书编号", "Notary number", ["公证书文号", "公证编号"]),
      text("creditor", "债权人", "Creditor", ["债权人名称"]),
      amount("amount", "债权金额", "Amount", ["公证标的额", "标的额"]),
      date("notarisedOn", "出具日期", "Notarised on", ["公证日期"]),
      date("dueOn", "履行期限", "Due on", ["履行期限届满日"], optional),
      boolean("enforcementIssued", "是否出具执行证书", "Enforcement issued", ["出具执行证书"]),
    ],
  ),
  reform(
    "project-approvals",
    "投资项目审批备案信息",
    "Investment projects",
    "operation",
    { ...PUBLIC, legalBasis: "《企业投资项目核准和备案管理条例》", updateFrequency: "weekly", key: ["projectCode"] },
    [
      text("projectCode", "项目代码", "Project code", ["投资项目统一代码", "备案项目编号"]),
      text("projectName", "项目名称", "Project", ["备案项目名称"]),
      code("kind", "审批类型", "Kind", ["办理类型", "审核备类型"], {
        ...words({ filing: "备案", approval: "核准", review: "审批" }),
      }),
      amount("investment", "总投资", "Investment", ["项目总投资", "投资额"], { unit: "wanyuan" }),
      date("approvedOn", "批复日期", "Approved on", ["备案日期", "核准日期"]),
      code("stage", "项目阶段", "Stage", ["建设阶段", "项目状态"], {
        ...words({ planned: "未开工 前期", building: "在建 建设中", done: "竣工 已投产", stopped: "停建 撤销" }),
      }),
    ],
  ),
  reform(
    "credit-red-list",
    "守信激励对象信息",
    "Honest enterprises",
    "justice",
    {
      ...PUBLIC,
      legalBasis: "《社会信用体系建设规划纲要（2014—2020年）》",
      key: ["uscc", "list", "year"],
      periodField: "year",
    },
    [
      year("认定年度", ["年度"]),
      code("list", "守信名单", "List", ["红名单类型", "名单名称"], {
        ...words({
          "tax-a": "A级纳税人",
          "contract-honouring": "守合同重信用企业",
          volunteer: "优秀志愿服务单位",
          "honest-model": "诚信示范企业 诚信典型",
        }),
      }),
      text("authority", "认定部门", "Authority", ["认定单位"], optional),
      date("listedOn", "认定日期", "Listed on", ["列入日期"], optional),
    ],
  ),
  reform(
    "joint-punishments",
    "失信惩戒对象信息",
    "Subjects of joint punishment",
    "justice",
    {
      ...PUBLIC,
      legalBasis: "《国务院办公厅关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》",
      updateFrequency: "weekly",
      key: ["listNo"],
      ...negativeUntil("removedOn"),
      sourceTime: true,
    },
    [
      text("listNo", "名单编号", "List number", ["失信名单编号"]),
      code("area", "失信领域", "Area", ["惩戒领域", "领域"], {
        ...words({
          finance: "金融",
          tax: "税收",
          "work-safety": "安全生产",
          environment: "环境保护 生态环境",
          quality: "产品质量",
          wages: "拖欠工资 劳动保障",
          procurement: "政府采购",
          transport: "交通运输",
        }),
      }),
      text("fact", "失信事实", "Fact", ["失信行为", "主要失信事实"], optional),
      date("listedOn", "列入日期", "Listed on", ["列入时间"]),
      date("removedOn", "移出日期", "Removed on", ["退出日期", "信用修复日期"], optional),
      text("authority", "列入部门", "Authority", ["认定单位"], optional),
    ],
  ),
];
