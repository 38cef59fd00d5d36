/** Looks of the page; dark or light as the reader's system is. The plots' own colours are exchanged for the page's. */
export const STYLE = `
:root{--page:#f4f6f8;--card:#fff;--text:#1c2127;--faint:#5b6672;--line:#d9dfe5;--notice:#8a3b00;--plot:#0072b2}
@media(prefers-color-scheme:dark){:root{--page:#12151a;--card:#1b2027;--text:#eceff3;--faint:#a3abb5;--line:#343c46;--notice:#ffb27a;--plot:#4aa8e0}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,"Segoe UI",Roboto,sans-serif}
header,main{max-width:1500px;margin:0 auto;padding:0 24px}
header{padding-top:24px}
h1{margin:0;font-size:26px}
h2{margin:40px 0 8px;font-size:19px}
p{margin:4px 0;max-width:80ch}
.notice{color:var(--notice);font-weight:600}
.faint{color:var(--faint);font-size:13px}
.tables{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}
.tables>div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 16px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding-bottom:6px}
th,td{padding:3px 0 3px 20px;text-align:right;border-top:1px solid var(--line)}
th:first-child{padding-left:0;text-align:left;font-weight:400}
thead th{border-top:0;color:var(--faint);font-weight:400;font-size:13px}
.words td{text-align:left;overflow-wrap:anywhere}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(560px,100%),1fr));gap:16px}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;overflow:hidden}
.plots svg{display:block;width:100%;height:auto;fill:var(--text)}
.plots [fill="#fff"]{fill:var(--card)}
.plots [stroke="#ddd"]{stroke:var(--line)}
.plots [stroke="#222"],.plots [stroke="#000000"]{stroke:var(--text)}
.plots [stroke="#0072b2"]{stroke:var(--plot)}
.plots circle[fill="#0072b2"]{fill:var(--plot)}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:16px;margin-top:12px}
.gallery figure{display:flex;flex-direction:column}
.gallery svg,.absent{display:block;width:100%;height:280px;background:#000}
.absent{display:flex;align-items:center;justify-content:center;color:#a3abb5;background:#12151a}
figcaption{padding:8px 12px;font-size:13px}
figcaption span{display:block;color:var(--faint);overflow-wrap:anywhere}
main{padding-bottom:48px}
`;
