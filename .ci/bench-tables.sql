-- The tables of `make bench WHAT=tables`, made without any chance: every value is computed from the
-- number of its row by whole numbers, so that every run and every machine has the same bytes.

-- A number from 0 up to `n`, without it; `k` tells the columns apart.
CREATE MACRO pick(i, k, n) AS
  xor(((i + 1) * 48271 + k * 69621) % 2147483647 * 16807 % 2147483647,
      ((i + 7) * 40692 + k * 52774) % 2147483399) % n;
-- The same, small numbers far more often than great ones.
CREATE MACRO skewed(i, k, n) AS
  CAST(floor(n * power(pick(i, k, 1000003) / 1000003.0, 3)) AS BIGINT);
CREATE MACRO county(n) AS
  (['安澜','北辰','朝晖','东港','方林','高桥','河湾','江北','金沙','凌川','南浦','平泽','青柘','荣安','上元','泰和','望江','西苑','新桥','兴隆','延平','永丰','远山','云溪','中塘'])[n % 25 + 1]
  || (['市','县','区'])[n % 3 + 1];
CREATE MACRO street(n) AS
  (['人民','解放','建设','和平','中山','朝阳','滨河','文化','工业','长江','黄河','迎宾'])[n % 12 + 1] || (['路','街','大道'])[n // 12 % 3 + 1];
CREATE MACRO subject(n) AS
  (['噪声','供水','供暖','道路','照明','绿化','停车','排水','燃气','电梯','物业','公交'])[n % 12 + 1]
  || (['投诉','咨询','求助','建议','举报'])[n // 12 % 5 + 1];
CREATE MACRO phrase(n) AS
  (['来电反映','市民称','现场查看后发现','附近居民多次提出','经核实','希望有关部门','夜间施工影响休息','路面破损有积水','路灯不亮已有数日','垃圾没有及时清运','井盖松动有响声','水压过低无法使用','暖气温度不达标','树枝遮挡信号灯','占用消防通道','公交班次间隔过长','要求尽快处理并回复','已转交责任单位','双方协商后达成一致','将在三个工作日内完成'])[n % 20 + 1];
-- A quarter of the moments of six years, in seconds since 1970.
CREATE MACRO moment(i, k) AS make_timestamp((1577836800 + pick(i, k, 47347200) * 4) * 1000000);

-- 1,000,000 rows, 41 columns, 475 bytes a row: reports of citizens to a service line.
CREATE MACRO reports(n) AS TABLE
SELECT
  '20' || lpad(CAST(i * 7919 + 1000000000 AS VARCHAR), 16, '0') AS report_id,
  strftime(moment(i, 1), '%Y-%m-%d %H:%M:%S') AS received_at,
  CASE WHEN pick(i, 2, 20) = 0 THEN NULL ELSE strftime(moment(i, 1) + to_seconds(CAST(skewed(i, 3, 2000000) AS DOUBLE)), '%Y-%m-%d %H:%M:%S') END AS closed_at,
  lpad(CAST(skewed(i, 4, 25) * 101 + 10101 AS VARCHAR), 6, '0') AS area_code,
  county(skewed(i, 4, 25)) AS area,
  lpad(CAST(skewed(i, 5, 102) AS VARCHAR), 3, '0') AS body_code,
  county(skewed(i, 5, 102)) || '第' || skewed(i, 5, 102) || '管理站' AS body,
  subject(skewed(i, 6, 60)) AS subject,
  lpad(CAST(skewed(i, 7, 400) AS VARCHAR), 4, '0') AS topic_code,
  phrase(pick(i, 8, 20)) || '，' || phrase(pick(i, 9, 20)) || pick(i, 11, 100000) || '。' AS description,
  county(skewed(i, 4, 25)) || street(skewed(i, 12, 36)) || pick(i, 13, 900) || '号' AS place,
  lpad(CAST(skewed(i, 14, 300) + 20100 AS VARCHAR), 6, '0') AS postcode,
  street(skewed(i, 12, 36)) AS street,
  CASE WHEN pick(i, 15, 3) = 0 THEN NULL ELSE street(pick(i, 16, 36)) END AS crossing,
  CAST((102000000 + pick(i, 17, 2000000)) AS DOUBLE) / 1000000 AS longitude,
  CAST((31000000 + pick(i, 18, 2000000)) AS DOUBLE) / 1000000 AS latitude,
  pick(i, 19, 900000) + 100000 AS grid_x,
  pick(i, 20, 900000) + 100000 AS grid_y,
  (['Open','Assigned','In Progress','Closed','Closed','Closed','Closed','Reopened'])[pick(i, 21, 8) + 1] AS state,
  (['PHONE','APP','WEB','WECHAT','COUNTER'])[skewed(i, 22, 5) + 1] AS channel,
  (['是','否'])[pick(i, 23, 2) + 1] AS is_anonymous,
  CASE WHEN pick(i, 24, 4) = 0 THEN NULL ELSE CAST(5 - skewed(i, 25, 5) AS VARCHAR) END AS satisfaction,
  CAST(skewed(i, 26, 100000) AS DOUBLE) / 10 AS hours,
  CAST(skewed(i, 27, 1000000) / 100 AS DECIMAL(12, 2)) AS cost,
  strftime(moment(i, 1) + INTERVAL 5 DAY, '%Y-%m-%d') AS due_on,
  strftime(moment(i, 28), '%d/%m/%Y') AS updated_on,
  CASE WHEN pick(i, 29, 5) = 0 THEN 'The complaint, "' || (['noise','water','road','light'])[pick(i, 30, 4) + 1] || '", was sent to the responsible body.' WHEN pick(i, 29, 5) = 1 THEN 'The report was closed after an inspection; no further action was needed.' ELSE NULL END AS resolution,
  CASE WHEN pick(i, 31, 10) = 0 THEN subject(pick(i, 32, 60)) || ';' || subject(pick(i, 33, 60)) ELSE NULL END AS tags,
  'https://line.example.org/r/' || lpad(CAST(i * 31 % 100000007 AS VARCHAR), 9, '0') AS link,
  left(md5(CAST(i AS VARCHAR)), 10) AS trace,
  lpad(CAST(pick(i, 34, 100000000) AS VARCHAR), 8, '0') || '-' || lpad(CAST(pick(i, 35, 10000) AS VARCHAR), 4, '0') AS parcel,
  skewed(i, 36, 40) AS priority,
  pick(i, 37, 1000) AS distance,
  (['A','B','C','D'])[skewed(i, 38, 4) + 1] AS grade,
  (['North','East','South','West','Centre'])[pick(i, 39, 5) + 1] AS district,
  CASE WHEN pick(i, 40, 50) = 0 THEN 'NA' ELSE CAST(pick(i, 41, 120) AS VARCHAR) END AS age_of_asset,
  'Unspecified' AS facility,
  CASE WHEN pick(i, 42, 3) = 0 THEN 'N/A' ELSE 'Unspecified' END AS vehicle_type,
  NULL AS bridge,
  (2020 + pick(i, 43, 6)) AS budget_year,
  '(' || CAST((31000000 + pick(i, 18, 2000000)) AS DOUBLE) / 1000000 || ', ' || CAST((102000000 + pick(i, 17, 2000000)) AS DOUBLE) / 1000000 || ')' AS location
FROM range(0, n) AS rows(i);

-- 2,700,000 rows, 7 columns, 55 bytes a row: places of the world.
CREATE MACRO places(n) AS TABLE
SELECT
  chr(CAST(97 + skewed(i, 51, 26) AS INTEGER)) || chr(CAST(97 + skewed(i, 52, 9) AS INTEGER)) AS country,
  (['ban','bel','cam','dar','el','fon','gor','kal','lan','mor','nov','san'])[pick(i, 53, 12) + 1] || (['a','e','i','o','u'])[pick(i, 54, 5) + 1] || (['bad','burg','dorf','grad','ville','ton','pur','mar','ra','no'])[pick(i, 55, 10) + 1] || ' ' || pick(i, 56, 3000) AS city,
  (['Bàn','Bél','Câm','Där','El','Fôn','Gör','Kal','Lán','Mör','Nóv','San'])[pick(i, 53, 12) + 1] || (['a','e','i','o','u'])[pick(i, 54, 5) + 1] || (['bad','burg','dorf','grad','ville','ton','pur','mar','ra','no'])[pick(i, 55, 10) + 1] || ' ' || pick(i, 56, 3000) AS accented,
  lpad(CAST(skewed(i, 57, 90) AS VARCHAR), 2, '0') AS region,
  CASE WHEN pick(i, 58, 60) = 0 THEN CAST(skewed(i, 59, 9000000) + 100 AS VARCHAR) ELSE NULL END AS population,
  CAST(pick(i, 60, 180000000) - 90000000 AS DOUBLE) / 1000000 AS latitude,
  CAST(pick(i, 61, 360000000) - 180000000 AS DOUBLE) / 1000000 AS longitude
FROM range(0, n) AS rows(i);

-- 10,000,000 rows, 12 columns, 121 bytes a row: readings of meters.
CREATE MACRO readings(n) AS TABLE
SELECT
  '31' || lpad(CAST(i * 7919 + 1000000000 AS VARCHAR), 16, '0') AS reading_id,
  lpad(CAST(skewed(i, 71, 2000) AS VARCHAR), 5, '0') AS meter_code,
  county(skewed(i, 71, 2000)) AS area,
  strftime(moment(i, 72), '%Y-%m-%d') AS read_on,
  strftime(moment(i, 73), '%Y-%m-%d %H:%M:%S') AS sent_at,
  (['供水','供电','燃气','供暖','照明','排水','充电','其他'])[skewed(i, 74, 8) + 1] AS kind,
  CAST(skewed(i, 75, 10000000) / 100 AS DECIMAL(12, 2)) AS amount,
  pick(i, 76, 100000) AS quantity,
  CAST(pick(i, 77, 60000) - 20000 AS DOUBLE) / 1000 AS deviation,
  CASE WHEN pick(i, 78, 9) = 0 THEN NULL ELSE CAST(skewed(i, 79, 5) + 1 AS VARCHAR) END AS quality,
  (['是','否'])[skewed(i, 80, 2) + 1] AS is_estimated,
  street(pick(i, 81, 36)) || pick(i, 82, 5000) || '号表' AS place
FROM range(0, n) AS rows(i);
