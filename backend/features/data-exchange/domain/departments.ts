import type { DepartmentEntry } from "./catalog.ts";

const entry = (code: string, zh: string, en: string): DepartmentEntry => ({ code, name: { zh, en } });

/** The units of the city that open their data. */
export const STANDARD_DEPARTMENTS: readonly DepartmentEntry[] = [
  entry("market-regulation", "玉溪市市场监督管理局", "Yuxi Administration for Market Regulation"),
  entry("taxation", "国家税务总局玉溪市税务局", "Yuxi Tax Service"),
  entry("human-resources", "玉溪市人力资源和社会保障局", "Yuxi Human Resources and Social Security Bureau"),
  entry("provident-fund", "玉溪市住房公积金管理中心", "Yuxi Housing Provident Fund Centre"),
  entry("power-supply", "云南电网玉溪供电局", "Yunnan Power Grid, Yuxi Power Supply Bureau"),
  entry("court", "玉溪市中级人民法院", "Yuxi Intermediate People's Court"),
  entry("natural-resources", "玉溪市自然资源和规划局", "Yuxi Natural Resources and Planning Bureau"),
  entry("public-security", "玉溪市公安局", "Yuxi Public Security Bureau"),
  entry("development-reform", "玉溪市发展和改革委员会", "Yuxi Development and Reform Commission"),
  entry("industry-information", "玉溪市工业和信息化局", "Yuxi Industry and Information Technology Bureau"),
  entry("science-technology", "玉溪市科学技术局", "Yuxi Science and Technology Bureau"),
  entry("housing-construction", "玉溪市住房和城乡建设局", "Yuxi Housing and Construction Bureau"),
  entry("transport", "玉溪市交通运输局", "Yuxi Transport Bureau"),
  entry("ecology-environment", "玉溪市生态环境局", "Yuxi Ecology and Environment Bureau"),
  entry("emergency-management", "玉溪市应急管理局", "Yuxi Emergency Management Bureau"),
  entry("agriculture", "玉溪市农业农村局", "Yuxi Agriculture and Rural Affairs Bureau"),
  entry("forestry", "玉溪市林业和草原局", "Yuxi Forestry and Grassland Bureau"),
  entry("water", "玉溪市水利局", "Yuxi Water Resources Bureau"),
  entry("commerce", "玉溪市商务局", "Yuxi Commerce Bureau"),
  entry("customs", "中华人民共和国玉溪海关", "Yuxi Customs"),
  entry("finance", "玉溪市财政局", "Yuxi Finance Bureau"),
  entry("civil-affairs", "玉溪市民政局", "Yuxi Civil Affairs Bureau"),
  entry("justice", "玉溪市司法局", "Yuxi Justice Bureau"),
  entry("health", "玉溪市卫生健康委员会", "Yuxi Health Commission"),
  entry("culture-tourism", "玉溪市文化和旅游局", "Yuxi Culture and Tourism Bureau"),
  entry("tobacco", "玉溪市烟草专卖局", "Yuxi Tobacco Monopoly Administration"),
  entry("public-resources", "玉溪市公共资源交易中心", "Yuxi Public Resources Trading Centre"),
  entry("utilities", "玉溪市供水供气服务中心", "Yuxi Water and Gas Supply Service"),
  entry("guarantee", "玉溪市融资担保有限责任公司", "Yuxi Financing Guarantee Company"),
];
