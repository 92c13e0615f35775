// Small charts beside a table that says the same: papers by day, clocks by week. Colours come from the styles.
import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([BarChart, GridComponent, LegendComponent, CanvasRenderer]);

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--x-${name}`).trim();

// data-chart: {labels: [...], series: [{name, tone, values: [...]}]}
function draw(element) {
  const { labels, series } = JSON.parse(element.dataset.chart);
  const text = { color: colour("quiet"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const chart = echarts.getInstanceByDom(element) ?? echarts.init(element);
  chart.setOption({
    animation: false,
    textStyle: text,
    grid: { left: 4, right: 8, top: 28, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: text },
    xAxis: { type: "category", data: labels, axisLabel: text, axisLine: { lineStyle: { color: colour("line") } }, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: colour("line") } } },
    series: series.map(({ name, tone, values }) => ({ name, type: "bar", stack: "all", barMaxWidth: 20, data: values, itemStyle: { color: colour(tone) } })),
  });
  return chart;
}

for (const element of document.querySelectorAll("[data-chart]")) {
  const chart = draw(element);
  new ResizeObserver(() => chart.resize()).observe(element);
  document.addEventListener("theme", () => draw(element));
}
