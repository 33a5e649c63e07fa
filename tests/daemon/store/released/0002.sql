BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE alias_binding (
	id INTEGER NOT NULL, 
	alias VARCHAR NOT NULL, 
	since INTEGER NOT NULL, 
	until INTEGER, 
	state VARCHAR NOT NULL, 
	urn VARCHAR NOT NULL, 
	candidates VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	origin VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "alias_binding" VALUES(1,'public|host|db.example',1,2,'ambiguous','','["arn:aws:rds:us-east-1:111122223333:db:shop","arn:other"]','two answer','altered');
INSERT INTO "alias_binding" VALUES(2,'public|host|db.example',2,NULL,'resolved','arn:aws:rds:us-east-1:111122223333:db:shop','[]','one database has this name','altered');
CREATE TABLE component (
	subject VARCHAR NOT NULL, 
	purl VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	PRIMARY KEY (subject, purl)
);
INSERT INTO "component" VALUES('sha256:abababababababababababababababababababababababababababababababab','pkg:pypi/flask@3.0.0','flask','3.0.0');
CREATE TABLE content (
	kind VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	digest BLOB NOT NULL, 
	since INTEGER NOT NULL, document_id INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (kind, subject)
);
INSERT INTO "content" VALUES('components','sha256:abababababababababababababababababababababababababababababababab',X'57CD69F190A3CFAB45274BD542E33FEB34195997A46D029A9DD374D99E879C32',1,10);
CREATE TABLE coverage (
	id INTEGER NOT NULL, 
	extent_id INTEGER NOT NULL, 
	since INTEGER NOT NULL, 
	until INTEGER, 
	state VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	details_failed INTEGER NOT NULL, last_listed INTEGER, pending INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "coverage" VALUES(1,1,1,NULL,'listed','',0,NULL,0);
INSERT INTO "coverage" VALUES(2,2,1,3,'listed','',0,NULL,0);
INSERT INTO "coverage" VALUES(3,3,1,2,'listed','',0,NULL,0);
INSERT INTO "coverage" VALUES(4,4,1,3,'listed','',0,NULL,0);
INSERT INTO "coverage" VALUES(5,5,1,NULL,'listed','',0,NULL,0);
INSERT INTO "coverage" VALUES(6,6,1,NULL,'sighted','',0,NULL,0);
INSERT INTO "coverage" VALUES(7,3,2,3,'denied','allow sqs:ListQueues',0,1,0);
INSERT INTO "coverage" VALUES(8,2,3,NULL,'listed','',1,NULL,0);
INSERT INTO "coverage" VALUES(9,4,3,NULL,'throttled','slow down',0,2,0);
INSERT INTO "coverage" VALUES(10,3,3,NULL,'retired','no longer asked for by the settings',0,1,0);
CREATE TABLE data_path (
	id INTEGER NOT NULL, 
	origin VARCHAR NOT NULL, 
	sink VARCHAR NOT NULL, 
	direction VARCHAR NOT NULL, 
	data_class VARCHAR NOT NULL, 
	environment VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "data_path" VALUES(1,'operation://prod//web/GET /orders','table://public/postgresql/db.example:5432/shop/public.customers','reads','user.contact.email','prod');
INSERT INTO "data_path" VALUES(2,'operation://prod//web/GET /orders','table://public/postgresql/db.example:5432/shop/public.customers','reads','user.name','prod');
CREATE TABLE data_path_version (
	id INTEGER NOT NULL, 
	data_path_id INTEGER NOT NULL, 
	since INTEGER NOT NULL, 
	until INTEGER, 
	digest BLOB NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	origin VARCHAR NOT NULL, 
	ended VARCHAR NOT NULL, 
	exposure VARCHAR NOT NULL, 
	tier VARCHAR NOT NULL, 
	store VARCHAR NOT NULL, 
	columns VARCHAR NOT NULL, 
	borders VARCHAR NOT NULL, document_id INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(data_path_id) REFERENCES data_path (id)
);
INSERT INTO "data_path_version" VALUES(1,1,1,2,X'423B2400741C096F5A450DF852BD8D5D5A3156019E7515EF7827DB2BD339A2C2','rules-a','baseline','','internet','observed','arn:aws:rds:us-east-1:111122223333:db:shop','email','EU->US',7);
INSERT INTO "data_path_version" VALUES(2,2,1,2,X'423B2400741C096F5A450DF852BD8D5D5A3156019E7515EF7827DB2BD339A2C2','rules-a','baseline','gone','internet','observed','arn:aws:rds:us-east-1:111122223333:db:shop','email','EU->US',7);
INSERT INTO "data_path_version" VALUES(3,1,2,NULL,X'9ED397F2BFBFC497B93F58DE62B601A04BEFA3870F0809A9A0CB67799B412C47','rules-a','altered','','internet','observed','arn:aws:rds:us-east-1:111122223333:db:shop','email,mail','EU->US',14);
INSERT INTO "data_path_version" VALUES(4,2,3,NULL,X'423B2400741C096F5A450DF852BD8D5D5A3156019E7515EF7827DB2BD339A2C2','rules-a','added','','internet','observed','arn:aws:rds:us-east-1:111122223333:db:shop','email','EU->US',7);
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	recipient VARCHAR NOT NULL, 
	snapshot_from INTEGER, 
	snapshot_to INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	created_at VARCHAR NOT NULL, 
	not_before VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	message_key VARCHAR NOT NULL, 
	lines VARCHAR NOT NULL, 
	sent_at VARCHAR, 
	last_error VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "delivery" VALUES(1,'baseline','ops@example.org',NULL,1,'sent','2026-11-18T06:00:00Z','2026-11-18T06:00:00Z',1,'360d8137d2ce6feaf95b3fd228e0b35d','1a2b3c4d','2026-11-18T06:00:30Z','');
INSERT INTO "delivery" VALUES(2,'alarm','ops@example.org',1,2,'pending','2026-11-18T06:00:00Z','2026-11-18T06:00:00Z',0,'67ad9239628f060905423a9c5ddad8d8','',NULL,'');
INSERT INTO "delivery" VALUES(3,'digest','ops@example.org',1,2,'pending','2026-11-18T06:00:00Z','2026-11-18T06:00:00Z',0,'3f0e664cbb4df24b78646b42d1c88d3b','',NULL,'');
CREATE TABLE document (
	id INTEGER NOT NULL, 
	prefix BLOB NOT NULL, 
	body VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "document" VALUES(1,X'023EE9B88C4159D9','{"aliases":[],"attributes":{"sku":"Premium"},"name":"b","namespaces":[],"public":null,"role":"other","scope":["azure","sub-1",""],"tags":{},"type":"azure.disk"}');
INSERT INTO "document" VALUES(2,X'13FA24AC8E19B052','{"aliases":[],"attributes":{"sku":"Premium"},"name":"a","namespaces":[],"public":null,"role":"other","scope":["azure","sub-1",""],"tags":{},"type":"azure.disk"}');
INSERT INTO "document" VALUES(3,X'159970EFDA823CC7','{"aliases":[],"attributes":{},"name":"web","namespaces":[],"public":null,"role":"image","scope":["images","registry.example",""],"tags":{},"type":"image"}');
INSERT INTO "document" VALUES(4,X'222C55E612F2C9E1','{"aliases":["public|queue|https://sqs.eu-central-1.example/new"],"attributes":{"Size":1},"name":"new","namespaces":[],"public":false,"role":"queue","scope":["aws","111122223333","eu-central-1"],"tags":{"team":"shop"},"type":"aws.sqs.queue"}');
INSERT INTO "document" VALUES(5,X'2742065F45A99AE9','{"aliases":[],"attributes":{},"name":"web","namespaces":[],"public":null,"role":"service","scope":["traces","prod",""],"tags":{},"type":"service"}');
INSERT INTO "document" VALUES(6,X'3615D83F55BC0130','{"columns":["email","name"]}');
INSERT INTO "document" VALUES(7,X'423B2400741C096F','{"borders":[["EU","US","eu-central-1","us-east-1"]],"class_reason":"the name says so","class_tier":"value","columns":["email"],"expected":false,"exposure":"internet","exposure_evidence":"load balancer shop-web faces the internet","route":[["operation://prod//web/GET /orders","reads","table://public/postgresql/db.example:5432/shop/public.customers",""]],"store":"arn:aws:rds:us-east-1:111122223333:db:shop","tier":"observed"}');
INSERT INTO "document" VALUES(8,X'44136FA355B3678A','{}');
INSERT INTO "document" VALUES(9,X'50C5E4B9D92F385E','{"aliases":["public|host|db.example"],"attributes":{"Engine":"postgres"},"name":"shop","namespaces":[],"public":true,"role":"data_store","scope":["aws","111122223333","us-east-1"],"tags":{},"type":"aws.rds.instance"}');
INSERT INTO "document" VALUES(10,X'57CD69F190A3CFAB','{"document":[{"name":"flask","purl":"pkg:pypi/flask@3.0.0","version":"3.0.0"}]}');
INSERT INTO "document" VALUES(11,X'723B48C1ABA94BD7','{"aliases":["public|queue|https://sqs.us-east-1.example/far"],"attributes":{"Size":1},"name":"far","namespaces":[],"public":false,"role":"queue","scope":["aws","111122223333","us-east-1"],"tags":{"team":"shop"},"type":"aws.sqs.queue"}');
INSERT INTO "document" VALUES(12,X'89247DB7BB08CB48','{"aliases":["public|queue|https://sqs.eu-central-1.example/old"],"attributes":{"Size":9},"name":"old","namespaces":[],"public":false,"role":"queue","scope":["aws","111122223333","eu-central-1"],"tags":{"team":"shop"},"type":"aws.sqs.queue"}');
INSERT INTO "document" VALUES(13,X'8BA6C00403A0285A','{"aliases":["public|queue|https://sqs.eu-central-1.example/mail"],"attributes":{"Size":1},"name":"mail","namespaces":[],"public":false,"role":"queue","scope":["aws","111122223333","eu-central-1"],"tags":{"team":"shop"},"type":"aws.sqs.queue"}');
INSERT INTO "document" VALUES(14,X'9ED397F2BFBFC497','{"borders":[["EU","US","eu-central-1","us-east-1"]],"class_reason":"the name says so","class_tier":"value","columns":["email","mail"],"expected":false,"exposure":"internet","exposure_evidence":"load balancer shop-web faces the internet","route":[["operation://prod//web/GET /orders","reads","table://public/postgresql/db.example:5432/shop/public.customers",""]],"store":"arn:aws:rds:us-east-1:111122223333:db:shop","tier":"observed"}');
INSERT INTO "document" VALUES(15,X'B544187A0A3F257C','{"columns":["email"]}');
INSERT INTO "document" VALUES(16,X'B8DC4A12B0C5EB8A','{"aliases":["public|queue|https://sqs.eu-central-1.example/mail"],"attributes":{"Size":2},"name":"mail","namespaces":[],"public":false,"role":"queue","scope":["aws","111122223333","eu-central-1"],"tags":{"team":"shop"},"type":"aws.sqs.queue"}');
INSERT INTO "document" VALUES(17,X'C61A3BF42B46646F','{"aliases":["public|queue|https://sqs.eu-central-1.example/orders"],"attributes":{"Size":1},"name":"orders","namespaces":[],"public":false,"role":"queue","scope":["aws","111122223333","eu-central-1"],"tags":{"team":"shop"},"type":"aws.sqs.queue"}');
INSERT INTO "document" VALUES(18,X'EF18AA476B02D987','{"aliases":[],"attributes":{},"name":"mailer","namespaces":[],"public":null,"role":"service","scope":["traces","prod",""],"tags":{},"type":"service"}');
CREATE TABLE extent (
	id INTEGER NOT NULL, 
	type VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	account VARCHAR NOT NULL, 
	region VARCHAR NOT NULL, 
	first_listed INTEGER, 
	last_listed INTEGER, 
	last_listed_at VARCHAR, answer BLOB, 
	PRIMARY KEY (id)
);
INSERT INTO "extent" VALUES(1,'aws.rds.instance','aws','111122223333','us-east-1',1,3,'2026-11-20T06:00:00Z',NULL);
INSERT INTO "extent" VALUES(2,'aws.sqs.queue','aws','111122223333','eu-central-1',1,3,'2026-11-20T06:00:00Z',NULL);
INSERT INTO "extent" VALUES(3,'aws.sqs.queue','aws','111122223333','us-east-1',NULL,1,'2026-11-18T06:00:00Z',NULL);
INSERT INTO "extent" VALUES(4,'azure.disk','azure','sub-1','',1,2,'2026-11-19T06:00:00Z',NULL);
INSERT INTO "extent" VALUES(5,'image','images','registry.example','',1,3,'2026-11-20T06:00:00Z',NULL);
INSERT INTO "extent" VALUES(6,'service','traces','prod','',1,3,'2026-11-20T06:00:00Z',NULL);
INSERT INTO "extent" VALUES(7,'image.use','driftline','','',NULL,NULL,NULL,NULL);
CREATE TABLE finding (
	id INTEGER NOT NULL, 
	subject VARCHAR NOT NULL, 
	package VARCHAR NOT NULL, 
	advisory VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "finding" VALUES(1,'service://prod//web','pkg:pypi/flask','CVE-2026-0001');
INSERT INTO "finding" VALUES(2,'service://prod//web','pkg:pypi/flask','CVE-2026-0002');
CREATE TABLE finding_version (
	id INTEGER NOT NULL, 
	finding_id INTEGER NOT NULL, 
	since INTEGER NOT NULL, 
	until INTEGER, 
	fingerprint VARCHAR NOT NULL, 
	origin VARCHAR NOT NULL, 
	ended VARCHAR NOT NULL, 
	component VARCHAR NOT NULL, 
	version VARCHAR NOT NULL, 
	image VARCHAR NOT NULL, 
	severity VARCHAR NOT NULL, 
	fixed VARCHAR NOT NULL, 
	summary VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(finding_id) REFERENCES finding (id)
);
INSERT INTO "finding_version" VALUES(1,1,1,2,'rules-a','baseline','','flask','3.0.0','image://registry.example/web@sha256:abababababababababababababababababababababababababababababababab','high','3.1.0','A request may do what it should not.');
INSERT INTO "finding_version" VALUES(2,1,2,NULL,'rules-a','altered','','flask','3.0.0','image://registry.example/web@sha256:abababababababababababababababababababababababababababababababab','critical','3.1.0','A request may do what it should not.');
INSERT INTO "finding_version" VALUES(3,2,2,3,'rules-a','added','gone','flask','3.0.0','image://registry.example/web@sha256:abababababababababababababababababababababababababababababababab','high','3.1.0','A request may do what it should not.');
CREATE TABLE heard_service (
	service VARCHAR NOT NULL, 
	since FLOAT NOT NULL, 
	until FLOAT NOT NULL, 
	PRIMARY KEY (service, since)
);
INSERT INTO "heard_service" VALUES('service://prod//web',1795000000.0,1795086400.0);
CREATE TABLE large_removal (
	snapshot INTEGER NOT NULL, 
	extent_id INTEGER NOT NULL, 
	PRIMARY KEY (snapshot, extent_id), 
	FOREIGN KEY(extent_id) REFERENCES extent (id)
);
INSERT INTO "large_removal" VALUES(2,2);
CREATE TABLE pruning (
	number INTEGER NOT NULL, 
	pruned_at VARCHAR NOT NULL, 
	newest INTEGER NOT NULL, 
	pruned INTEGER NOT NULL, 
	digest VARCHAR NOT NULL, 
	parent VARCHAR NOT NULL, 
	header VARCHAR NOT NULL, 
	signature VARCHAR NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "pruning" VALUES(1,'2026-11-21T03:00:00Z',3,1,'abababababababababababababababababababababababababababababababab','','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','');
CREATE TABLE reinstrumented (
	service VARCHAR NOT NULL, 
	changed_at FLOAT NOT NULL, 
	PRIMARY KEY (service)
);
INSERT INTO "reinstrumented" VALUES('service://prod//web',1795000000.0);
CREATE TABLE relation (
	id INTEGER NOT NULL, 
	source VARCHAR NOT NULL, 
	verb VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	raw BOOLEAN NOT NULL, 
	observed BOOLEAN NOT NULL, 
	first_seen VARCHAR, 
	last_seen VARCHAR, 
	times INTEGER NOT NULL, last_at FLOAT, longest_gap FLOAT, gone_at FLOAT, sightings INTEGER, counted INTEGER, 
	PRIMARY KEY (id)
);
INSERT INTO "relation" VALUES(1,'arn:aws:sqs:eu-central-1:111122223333:mail','encrypted_by','arn:aws:kms:key/1',0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "relation" VALUES(2,'service://prod//web','reads','public|host|db.example',1,1,'2026-11-18T11:06:40Z','2026-11-18T11:08:10Z',93,1795000090.0,90.0,NULL,1,93);
INSERT INTO "relation" VALUES(3,'service://prod//web','runs_image','image://registry.example/web@sha256:abababababababababababababababababababababababababababababababab',0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "relation" VALUES(4,'arn:aws:sqs:eu-central-1:111122223333:mail','encrypted_by','arn:aws:kms:key/2',0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE relation_version (
	id INTEGER NOT NULL, 
	relation_id INTEGER NOT NULL, 
	extent_id INTEGER NOT NULL, 
	since INTEGER NOT NULL, 
	until INTEGER, 
	absent INTEGER NOT NULL, 
	digest BLOB NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	origin VARCHAR NOT NULL, document_id INTEGER DEFAULT '0' NOT NULL, ended VARCHAR DEFAULT '' NOT NULL, last_shown_at VARCHAR, equal_under VARCHAR, 
	PRIMARY KEY (id)
);
INSERT INTO "relation_version" VALUES(1,1,2,1,2,0,X'44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A','r1','baseline',8,'',NULL,NULL);
INSERT INTO "relation_version" VALUES(2,2,6,1,2,0,X'B544187A0A3F257C383BFCB5A64F28F272650585D0D3ECF3C8FE55F895DF2A6E','t1','baseline',15,'',NULL,NULL);
INSERT INTO "relation_version" VALUES(3,3,7,1,NULL,0,X'44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A','rules-a','added',8,'',NULL,NULL);
INSERT INTO "relation_version" VALUES(4,4,2,2,NULL,0,X'44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A','r1','added',8,'',NULL,NULL);
INSERT INTO "relation_version" VALUES(5,2,6,2,NULL,0,X'3615D83F55BC0130CE3D2C62E091DA995E1052E78E88C299733E04B286247F92','t1','altered',6,'',NULL,NULL);
CREATE TABLE resource (
	id INTEGER NOT NULL, 
	urn VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	account VARCHAR NOT NULL, 
	region VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (urn)
);
INSERT INTO "resource" VALUES(1,'arn:aws:rds:us-east-1:111122223333:db:shop','aws.rds.instance','data_store','aws','111122223333','us-east-1');
INSERT INTO "resource" VALUES(2,'arn:aws:sqs:eu-central-1:111122223333:mail','aws.sqs.queue','queue','aws','111122223333','eu-central-1');
INSERT INTO "resource" VALUES(3,'arn:aws:sqs:eu-central-1:111122223333:old','aws.sqs.queue','queue','aws','111122223333','eu-central-1');
INSERT INTO "resource" VALUES(4,'arn:aws:sqs:eu-central-1:111122223333:orders','aws.sqs.queue','queue','aws','111122223333','eu-central-1');
INSERT INTO "resource" VALUES(5,'arn:aws:sqs:us-east-1:111122223333:far','aws.sqs.queue','queue','aws','111122223333','us-east-1');
INSERT INTO "resource" VALUES(6,'/subscriptions/sub-1/disks/a','azure.disk','other','azure','sub-1','');
INSERT INTO "resource" VALUES(7,'/subscriptions/sub-1/disks/b','azure.disk','other','azure','sub-1','');
INSERT INTO "resource" VALUES(8,'image://registry.example/web@sha256:abababababababababababababababababababababababababababababababab','image','image','images','registry.example','');
INSERT INTO "resource" VALUES(9,'service://prod//web','service','service','traces','prod','');
INSERT INTO "resource" VALUES(10,'arn:aws:sqs:eu-central-1:111122223333:new','aws.sqs.queue','queue','aws','111122223333','eu-central-1');
INSERT INTO "resource" VALUES(11,'service://prod//mailer','service','service','traces','prod','');
CREATE TABLE resource_version (
	id INTEGER NOT NULL, 
	resource_id INTEGER NOT NULL, 
	extent_id INTEGER NOT NULL, 
	since INTEGER NOT NULL, 
	until INTEGER, 
	absent INTEGER NOT NULL, 
	digest BLOB NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	origin VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	public BOOLEAN, document_id INTEGER DEFAULT '0' NOT NULL, ended VARCHAR DEFAULT '' NOT NULL, last_shown_at VARCHAR, equal_under VARCHAR, 
	PRIMARY KEY (id)
);
INSERT INTO "resource_version" VALUES(1,1,1,1,NULL,0,X'50C5E4B9D92F385EC16E5A74F7A315F4152339C52E334F77813A3E66E87CC69C','r1','baseline','shop',1,9,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(2,2,2,1,2,0,X'8BA6C00403A0285ABF3DA1C0DE95C49D1455EA9A95DAA53319E0A9754363689B','r1','baseline','mail',0,13,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(3,3,2,1,2,0,X'89247DB7BB08CB4824808107F9548F725DBD6822D701ABD4B52DA22BB9EA8CC9','r1','baseline','old',0,12,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(4,4,2,1,NULL,0,X'C61A3BF42B46646F0D794FDC83DB2185CB880A0FE4E0F5F751A5DC508CF3EF6D','r1','baseline','orders',0,17,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(5,5,3,1,3,0,X'723B48C1ABA94BD76B380EB7F7835AC983F8E2C1BDE8CEF420BBDDF162B342EE','r1','baseline','far',0,11,'retired',NULL,NULL);
INSERT INTO "resource_version" VALUES(6,6,4,1,NULL,0,X'13FA24AC8E19B0529DECF6A20AE20FA26C086E497524FA59CD69DFEEB5D23040','r1','baseline','a',NULL,2,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(7,7,4,1,NULL,1,X'023EE9B88C4159D9DCB4403D24B1BC32CA8F725A53D194206B8B53621C95F5E0','r1','baseline','b',NULL,1,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(8,8,5,1,NULL,0,X'159970EFDA823CC7A0D3DC2C5CB4C01172AFCD8238C5BA4FE706C2D579DFA2A8','i1','baseline','web',NULL,3,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(9,9,6,1,NULL,0,X'2742065F45A99AE9923505258DDCE4C9E41AC220DAF10228D9DB478065232A46','t1','baseline','web',NULL,5,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(10,2,2,2,3,0,X'B8DC4A12B0C5EB8AEBD07FF8685294208E6DFFC150A95DB407B30998682BB456','r1','altered','mail',0,16,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(11,10,2,2,NULL,0,X'222C55E612F2C9E12C35B9FD0DCDEE1ADD3A2CA5F643F4DED1894723F2E37542','r1','added','new',0,4,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(12,11,6,2,NULL,0,X'EF18AA476B02D987127392F3DEC933296A01E78B1CABE8F1DDBF913EF32FFE61','t1','added','mailer',NULL,18,'',NULL,NULL);
INSERT INTO "resource_version" VALUES(13,2,2,3,NULL,0,X'8BA6C00403A0285ABF3DA1C0DE95C49D1455EA9A95DAA53319E0A9754363689B','r2','restated','mail',0,13,'',NULL,NULL);
CREATE TABLE sight (
	snapshot INTEGER NOT NULL, 
	workloads INTEGER NOT NULL, 
	visible INTEGER NOT NULL, 
	body VARCHAR NOT NULL, 
	PRIMARY KEY (snapshot)
);
INSERT INTO "sight" VALUES(1,5,4,'{"blind":["arn:aws:lambda:x"],"no_statements":["service://prod//web"],"unknown_tables":[]}');
INSERT INTO "sight" VALUES(2,5,5,'{"blind":[],"no_statements":[],"unknown_tables":[]}');
CREATE TABLE sighted (
	environment VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	first_heard_at VARCHAR NOT NULL, 
	changed_at VARCHAR, 
	PRIMARY KEY (environment, source)
);
INSERT INTO "sighted" VALUES('prod','traces.flow','2026-11-18T06:00:00Z',NULL);
CREATE TABLE snapshot (
	number INTEGER NOT NULL, 
	started_at VARCHAR NOT NULL, 
	committed_at VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	parent VARCHAR NOT NULL, 
	header VARCHAR NOT NULL, 
	state_root VARCHAR NOT NULL, 
	coverage_digest VARCHAR NOT NULL, 
	extents INTEGER NOT NULL, 
	listed INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	rules VARCHAR NOT NULL, 
	late BOOLEAN NOT NULL, scheme VARCHAR DEFAULT 'driftline-1' NOT NULL, changes VARCHAR DEFAULT '' NOT NULL, pruning VARCHAR DEFAULT '' NOT NULL, signature VARCHAR DEFAULT '' NOT NULL, pruned_at VARCHAR, changes_now VARCHAR, 
	PRIMARY KEY (number)
);
INSERT INTO "snapshot" VALUES(1,'2026-11-18T06:00:00Z','2026-11-18T06:00:09Z','complete','','9513064e13f134b2791bfc135f46e22bbf2a06b7340b2fb3f7c536b6c4eb5110','8ac649e2dca5c939fc191b4a387a74f737c2d3e076a9828a17c2702521ae272ba8cddbd9ede5c46521874b380172b2b9d4bae583beb2bfe2129d97bd5e08f126567324dd6bcc2da8c156bdd568b8cea027fd5cd1c8b36adfa02260431ac112faa5a89be565c35918846fc45284ace5a5dbc6d89bebc9e830c64e388f9298053b794ddbb9247de0a4fe2c557538467b7845ed724c4ee0a2b52df8decd8d8b0fb3976314f39c78d74add5530c9fc44e6d483da485fab72d704e9b0bd736702cfec70b662b325f93e4b77dafdcff1a601863aa99794949471c78d30f2de1f78b26326aefd2fdbafa6f4c1a3c9004956386bf02d315b4bf58567660a65d8f6e2e194','cb05662bc73eb486619e88ebdbe59fa11180e169095ef4abd7f752fe638787fa',6,6,5,'rules-a',0,'driftline-1','','','',NULL,NULL);
INSERT INTO "snapshot" VALUES(2,'2026-11-19T06:00:00Z','2026-11-19T06:00:09Z','partial','9513064e13f134b2791bfc135f46e22bbf2a06b7340b2fb3f7c536b6c4eb5110','d970bd9cf6f4b4f4cdc4799bcf584bd255b2266f075060debd750fc484534d04','6a23e43078d330722b85bb2404fbbc28dea68d920ca82cec827ffed985292ee324b79a9d13b558bc75b4e70dbfa5cac9e11bece772684f01ad5b1e3f40171c4f05be67ebe1fadd53159f217efe5fd0c2e0cd9e2cec44d0ad9e70ed4c4b515698f468821c9a560bf171eca0f68f401db3de8e87e3d7db155984cca1a64b266c83e0a924c8d4c3936dca2c88e1b572dc8346a445c48e531cb2bf18e2df127eea9233fe8356e3b84f76b438d56f4e7e99d37e30f911508b6d9995375b286e20f9db5752c50ceca51abcd024e5b334fc3596b048b9a4fd70aa532388bacc0367aa0354af42220b8c14a83ba901b2a7624b15d6e119e98800a3717e9e399c0f5b9180','59797cafa6cc378aba81fe3359329aac67538b63b13dd9d733e7fa861992337b',6,5,9,'rules-a',0,'driftline-1','','','',NULL,NULL);
INSERT INTO "snapshot" VALUES(3,'2026-11-20T06:00:00Z','2026-11-20T06:00:09Z','partial','d970bd9cf6f4b4f4cdc4799bcf584bd255b2266f075060debd750fc484534d04','2203e22cefe89eee6672585f7d13c680f9390e0f7fe84798f40842a11bb174fb','dcce2b0e49a8c778db1c592f01ac26344f136324e4a6d5d229dd2d9d646ace9291f9df2cf4ed42e98df11cc9897e8797060f2ffb658d1a9d05ff24bf0530074a963e98a4f52fa94738f2e612aa39c20662851d8127edfd7031a3873e54ff6be911533af488111aaaaf91a77031daf6aa5d704b32b332f46e5d25aa87f0538684be2e31c28ac64768259bf87089bbcb15c7a2cea5a620fc9f9d716ffeb27c31322ba4d011c6ca478b0b54b27b96f4c4cfd48203a67b20f979f401e157c041c9277e858468b9c3d62641d55e8d476e01e31d237a97e30512973ada25b622fe3be20c94d8411fde5900fac16a0d9b7972a0068268e9286121d2755f83cec8018202','35835b9791360337ac25ec742774ee0803128ba22086a5e683024bd22587d84c',5,4,12,'rules-a',1,'driftline-1','','','',NULL,NULL);
CREATE INDEX ix_alias_binding_open ON alias_binding (alias) WHERE until IS NULL;
CREATE INDEX ix_alias_binding_since ON alias_binding (since);
CREATE INDEX ix_component_name ON component (name);
CREATE UNIQUE INDEX ux_data_path ON data_path (origin, sink, direction, data_class);
CREATE INDEX ix_delivery_state ON delivery (state, not_before);
CREATE UNIQUE INDEX ux_extent ON extent (type, provider, account, region);
CREATE UNIQUE INDEX ux_finding ON finding (subject, package, advisory);
CREATE INDEX ix_relation_target ON relation (target);
CREATE UNIQUE INDEX ux_relation ON relation (source, verb, target);
CREATE INDEX ix_resource_type ON resource (type);
CREATE INDEX ix_data_path_version_open ON data_path_version (data_path_id) WHERE until IS NULL;
CREATE INDEX ix_data_path_version_path ON data_path_version (data_path_id, since);
CREATE INDEX ix_data_path_version_since ON data_path_version (since);
CREATE INDEX ix_data_path_version_until ON data_path_version (until);
CREATE INDEX ix_finding_version_finding ON finding_version (finding_id, since);
CREATE INDEX ix_finding_version_open ON finding_version (finding_id) WHERE until IS NULL;
CREATE INDEX ix_finding_version_since ON finding_version (since);
CREATE INDEX ix_finding_version_until ON finding_version (until);
CREATE INDEX ix_document_prefix ON document (prefix);
CREATE INDEX ix_alias_binding_alias ON alias_binding (alias, since);
CREATE INDEX ix_resource_version_open ON resource_version (extent_id, resource_id) WHERE until IS NULL;
CREATE INDEX ix_resource_version_resource ON resource_version (resource_id, since);
CREATE INDEX ix_resource_version_since ON resource_version (since);
CREATE INDEX ix_resource_version_until ON resource_version (until) WHERE until IS NOT NULL;
CREATE INDEX ix_resource_version_pending ON resource_version (extent_id) WHERE until IS NULL AND absent > 0;
CREATE INDEX ix_relation_version_open ON relation_version (extent_id, relation_id) WHERE until IS NULL;
CREATE INDEX ix_relation_version_relation ON relation_version (relation_id, since);
CREATE INDEX ix_relation_version_since ON relation_version (since);
CREATE INDEX ix_relation_version_until ON relation_version (until) WHERE until IS NOT NULL;
CREATE INDEX ix_coverage_open ON coverage (extent_id) WHERE until IS NULL;
CREATE INDEX ix_coverage_since ON coverage (since);
CREATE INDEX ix_coverage_extent ON coverage (extent_id, since);
CREATE INDEX ix_coverage_state ON coverage (state, since);
CREATE INDEX ix_coverage_until ON coverage (until) WHERE until IS NOT NULL;
CREATE VIEW v1_snapshots AS SELECT number AS number, started_at AS started_at, committed_at AS committed_at, state AS state, extents AS extents, listed AS listed, header AS header, parent AS parent, late AS late, CASE WHEN state <> 'failed' AND pruned_at IS NULL THEN started_at END AS current_from, CASE WHEN state <> 'failed' AND pruned_at IS NULL THEN min(CASE WHEN state <> 'failed' AND pruned_at IS NULL THEN started_at END) OVER (ORDER BY number DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS current_until, pruned_at AS pruned_at FROM snapshot;
CREATE VIEW v1_coverage AS SELECT e.type AS type, e.provider AS provider, e.account AS account, e.region AS region, v.state AS state, v.detail AS detail, v.since AS since, e.last_listed AS last_listed, e.last_listed_at AS last_listed_at, v.details_failed AS details_failed, v.pending AS pending FROM extent e JOIN coverage v ON v.extent_id = e.id AND v.until IS NULL;
CREATE VIEW v1_coverage_versions AS SELECT e.type AS type, e.provider AS provider, e.account AS account, e.region AS region, v.state AS state, v.detail AS detail, v.details_failed AS details_failed, v.since AS valid_from, v.until AS valid_to, v.pending AS pending FROM coverage v JOIN extent e ON e.id = v.extent_id;
CREATE VIEW v1_coverage_as_of AS SELECT s.number AS snapshot, e.type AS type, e.provider AS provider, e.account AS account, e.region AS region, v.state AS state, v.detail AS detail, v.since AS since, v.details_failed AS details_failed, v.pending AS pending FROM snapshot s JOIN coverage v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until IS NULL JOIN extent e ON e.id = v.extent_id UNION ALL SELECT s.number AS snapshot, e.type AS type, e.provider AS provider, e.account AS account, e.region AS region, v.state AS state, v.detail AS detail, v.since AS since, v.details_failed AS details_failed, v.pending AS pending FROM snapshot s JOIN coverage v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until > s.number JOIN extent e ON e.id = v.extent_id;
CREATE VIEW v1_sight AS SELECT snapshot AS valid_from, lead(snapshot) OVER (ORDER BY snapshot) AS valid_to, workloads AS workloads, visible AS visible, body AS document FROM sight;
CREATE VIEW v1_resources AS SELECT r.urn AS urn, r.type AS type, v.name AS name, r.role AS role, r.provider AS provider, r.account AS account, r.region AS region, v.public AS public, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, e.type AS listed_in, d.body AS document, (SELECT c.state FROM coverage c WHERE c.extent_id = v.extent_id AND c.until IS NULL) AS coverage, coalesce(v.last_shown_at, e.last_listed_at) AS confirmed_at, v.absent AS pending FROM resource_version v 
JOIN resource r ON r.id = v.resource_id
JOIN extent e ON e.id = v.extent_id
JOIN document d ON d.id = v.document_id WHERE v.until IS NULL;
CREATE VIEW v1_resource_versions AS SELECT r.urn AS urn, r.type AS type, v.name AS name, r.role AS role, r.provider AS provider, r.account AS account, r.region AS region, v.public AS public, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, e.type AS listed_in, d.body AS document FROM resource_version v 
JOIN resource r ON r.id = v.resource_id
JOIN extent e ON e.id = v.extent_id
JOIN document d ON d.id = v.document_id;
CREATE VIEW v1_resources_as_of AS SELECT s.number AS snapshot, r.urn AS urn, r.type AS type, v.name AS name, r.role AS role, r.provider AS provider, r.account AS account, r.region AS region, v.public AS public, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, e.type AS listed_in, d.body AS document FROM snapshot s JOIN resource_version v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until IS NULL 
JOIN resource r ON r.id = v.resource_id
JOIN extent e ON e.id = v.extent_id
JOIN document d ON d.id = v.document_id UNION ALL SELECT s.number AS snapshot, r.urn AS urn, r.type AS type, v.name AS name, r.role AS role, r.provider AS provider, r.account AS account, r.region AS region, v.public AS public, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, e.type AS listed_in, d.body AS document FROM snapshot s JOIN resource_version v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until > s.number 
JOIN resource r ON r.id = v.resource_id
JOIN extent e ON e.id = v.extent_id
JOIN document d ON d.id = v.document_id;
CREATE VIEW v1_relations AS SELECT r.source AS source, r.verb AS verb, CASE WHEN r.raw THEN coalesce(nullif(b.urn, ''), r.target) ELSE r.target END AS target, r.target AS raw_target, b.state AS binding, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, d.body AS document FROM relation_version v 
JOIN relation r ON r.id = v.relation_id
JOIN document d ON d.id = v.document_id
LEFT JOIN alias_binding b ON b.alias = r.target AND b.until IS NULL WHERE v.until IS NULL AND NOT r.observed;
CREATE VIEW v1_flows AS SELECT r.source AS source, r.verb AS verb, CASE WHEN r.raw THEN coalesce(nullif(b.urn, ''), r.target) ELSE r.target END AS target, r.target AS raw_target, b.state AS binding, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, d.body AS document, r.first_seen AS first_seen, r.last_seen AS last_seen, r.times AS times FROM relation_version v 
JOIN relation r ON r.id = v.relation_id
JOIN document d ON d.id = v.document_id
LEFT JOIN alias_binding b ON b.alias = r.target AND b.until IS NULL WHERE v.until IS NULL AND r.observed;
CREATE VIEW v1_relation_versions AS SELECT r.source AS source, r.verb AS verb, CASE WHEN r.raw THEN coalesce(nullif(b.urn, ''), r.target) ELSE r.target END AS target, r.target AS raw_target, b.state AS binding, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, d.body AS document, r.observed AS observed, r.first_seen AS first_seen, r.last_seen AS last_seen, r.times AS times FROM relation_version v 
JOIN relation r ON r.id = v.relation_id
JOIN document d ON d.id = v.document_id
LEFT JOIN alias_binding b ON b.alias = r.target AND b.until IS NULL;
CREATE VIEW v1_relations_as_of AS SELECT s.number AS snapshot, r.source AS source, r.verb AS verb, CASE WHEN r.raw THEN coalesce(nullif(b.urn, ''), r.target) ELSE r.target END AS target, r.target AS raw_target, b.state AS binding, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, d.body AS document, r.observed AS observed FROM snapshot s JOIN relation_version v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until IS NULL 
JOIN relation r ON r.id = v.relation_id
JOIN document d ON d.id = v.document_id
LEFT JOIN alias_binding b ON b.alias = r.target AND b.since <= s.number AND (b.until IS NULL OR b.until > s.number) UNION ALL SELECT s.number AS snapshot, r.source AS source, r.verb AS verb, CASE WHEN r.raw THEN coalesce(nullif(b.urn, ''), r.target) ELSE r.target END AS target, r.target AS raw_target, b.state AS binding, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, d.body AS document, r.observed AS observed FROM snapshot s JOIN relation_version v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until > s.number 
JOIN relation r ON r.id = v.relation_id
JOIN document d ON d.id = v.document_id
LEFT JOIN alias_binding b ON b.alias = r.target AND b.since <= s.number AND (b.until IS NULL OR b.until > s.number);
CREATE VIEW v1_changes AS SELECT snapshot AS snapshot, kind AS kind, action AS action, subject AS subject, type AS type, all_changes.provider AS provider, all_changes.account AS account, all_changes.region AS region, started_at AS started_at FROM (
SELECT v.since AS snapshot, 'resource' AS kind, v.origin AS action, r.urn AS subject, r.type AS type, r.provider AS provider, r.account AS account, r.region AS region, s.started_at AS started_at
FROM snapshot s CROSS JOIN resource_version v JOIN resource r ON r.id = v.resource_id JOIN extent e ON e.id = v.extent_id
WHERE v.since = s.number AND v.origin <> 'baseline' AND ((v.origin IN ('added', 'newly_visible') AND NOT EXISTS (SELECT 1 FROM resource_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.resource_id = v.resource_id AND o.id <> v.id AND o.since < v.since AND (o.until IS NULL OR o.until >= v.since)) AND NOT EXISTS (SELECT 1 FROM resource_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.resource_id = v.resource_id AND o.id <> v.id AND o.since = v.since AND (o.origin = 'baseline' OR (o.origin = 'newly_visible' AND v.origin = 'added') OR (o.origin = v.origin AND o.extent_id < v.extent_id)))) OR (v.origin IN ('altered', 'restated') AND NOT EXISTS (SELECT 1 FROM resource_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.resource_id = v.resource_id AND o.id <> v.id AND o.since <= v.since AND (o.until IS NULL OR o.until > v.since) AND ((oe.provider <> 'traces' AND e.provider = 'traces') OR (o.extent_id < v.extent_id AND (oe.provider = 'traces') = (e.provider = 'traces')))) AND NOT (e.provider = 'traces' AND EXISTS (SELECT 1 FROM resource_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.resource_id = v.resource_id AND o.id <> v.id AND oe.provider <> 'traces' AND o.until = v.since AND NOT (o.ended = 'retired')) AND NOT EXISTS (SELECT 1 FROM resource_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.resource_id = v.resource_id AND o.id <> v.id AND oe.provider <> 'traces' AND o.until = v.since AND (o.ended = 'retired')))))
UNION ALL
SELECT v.until, 'resource', 'removed', r.urn AS subject, r.type AS type, r.provider AS provider, r.account AS account, r.region AS region, s.started_at AS started_at
FROM snapshot s CROSS JOIN resource_version v JOIN resource r ON r.id = v.resource_id JOIN extent e ON e.id = v.extent_id
WHERE v.until = s.number AND (e.provider <> 'traces' OR v.ended = 'gone') AND NOT (v.ended = 'retired') AND NOT EXISTS (SELECT 1 FROM resource_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.resource_id = v.resource_id AND o.id <> v.id AND (oe.provider <> 'traces' OR v.ended = 'gone') AND o.since <= v.until AND (o.until IS NULL OR o.until > v.until)) AND NOT EXISTS (SELECT 1 FROM resource_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.resource_id = v.resource_id AND o.id <> v.id AND (oe.provider <> 'traces' OR v.ended = 'gone') AND o.until = v.until AND (o.extent_id < v.extent_id OR (o.ended = 'retired'))) UNION ALL 
SELECT v.since AS snapshot, 'relation' AS kind, v.origin AS action, r.source || ' ' || r.verb || ' ' || r.target AS subject, r.verb AS type, e.provider, e.account, e.region, s.started_at AS started_at
FROM snapshot s CROSS JOIN relation_version v JOIN relation r ON r.id = v.relation_id JOIN extent e ON e.id = v.extent_id
WHERE v.since = s.number AND v.origin <> 'baseline' AND ((v.origin IN ('added', 'newly_visible') AND NOT EXISTS (SELECT 1 FROM relation_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.relation_id = v.relation_id AND o.id <> v.id AND o.since < v.since AND (o.until IS NULL OR o.until >= v.since)) AND NOT EXISTS (SELECT 1 FROM relation_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.relation_id = v.relation_id AND o.id <> v.id AND o.since = v.since AND (o.origin = 'baseline' OR (o.origin = 'newly_visible' AND v.origin = 'added') OR (o.origin = v.origin AND o.extent_id < v.extent_id)))) OR (v.origin IN ('altered', 'restated') AND NOT EXISTS (SELECT 1 FROM relation_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.relation_id = v.relation_id AND o.id <> v.id AND o.since <= v.since AND (o.until IS NULL OR o.until > v.since) AND ((oe.provider <> 'traces' AND e.provider = 'traces') OR (o.extent_id < v.extent_id AND (oe.provider = 'traces') = (e.provider = 'traces')))) AND NOT (e.provider = 'traces' AND EXISTS (SELECT 1 FROM relation_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.relation_id = v.relation_id AND o.id <> v.id AND oe.provider <> 'traces' AND o.until = v.since AND NOT (o.ended = 'retired')) AND NOT EXISTS (SELECT 1 FROM relation_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.relation_id = v.relation_id AND o.id <> v.id AND oe.provider <> 'traces' AND o.until = v.since AND (o.ended = 'retired')))))
UNION ALL
SELECT v.until, 'relation', 'removed', r.source || ' ' || r.verb || ' ' || r.target AS subject, r.verb AS type, e.provider, e.account, e.region, s.started_at AS started_at
FROM snapshot s CROSS JOIN relation_version v JOIN relation r ON r.id = v.relation_id JOIN extent e ON e.id = v.extent_id
WHERE v.until = s.number AND (e.provider <> 'traces' OR v.ended = 'gone') AND NOT (v.ended = 'retired') AND NOT EXISTS (SELECT 1 FROM relation_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.relation_id = v.relation_id AND o.id <> v.id AND (oe.provider <> 'traces' OR v.ended = 'gone') AND o.since <= v.until AND (o.until IS NULL OR o.until > v.until)) AND NOT EXISTS (SELECT 1 FROM relation_version o JOIN extent oe ON oe.id = o.extent_id WHERE o.relation_id = v.relation_id AND o.id <> v.id AND (oe.provider <> 'traces' OR v.ended = 'gone') AND o.until = v.until AND (o.extent_id < v.extent_id OR (o.ended = 'retired'))) UNION ALL 
SELECT v.since AS snapshot, 'data_path' AS kind, v.origin AS action, r.origin || ' ' || r.direction || ' ' || r.sink || ' ' || r.data_class AS subject, r.direction AS type, 'traces', r.environment, '', s.started_at AS started_at
FROM snapshot s CROSS JOIN data_path_version v JOIN data_path r ON r.id = v.data_path_id 
WHERE v.since = s.number AND v.origin <> 'baseline' AND TRUE
UNION ALL
SELECT v.until, 'data_path', 'removed', r.origin || ' ' || r.direction || ' ' || r.sink || ' ' || r.data_class AS subject, r.direction AS type, 'traces', r.environment, '', s.started_at AS started_at
FROM snapshot s CROSS JOIN data_path_version v JOIN data_path r ON r.id = v.data_path_id 
WHERE v.until = s.number AND v.ended <> 'restated' AND NOT EXISTS (SELECT 1 FROM data_path_version o WHERE o.data_path_id = v.data_path_id AND o.since = v.until)) all_changes;
CREATE VIEW v1_data_paths AS SELECT p.origin AS origin_operation, p.sink AS sink, p.direction AS direction, p.data_class AS data_class, p.environment AS environment, v.exposure AS exposure, v.tier AS tier, v.columns AS columns, v.store AS store, v.borders AS borders, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, d.body AS document FROM data_path_version v JOIN data_path p ON p.id = v.data_path_id JOIN document d ON d.id = v.document_id WHERE v.until IS NULL;
CREATE VIEW v1_data_path_changes AS SELECT p.origin AS origin_operation, p.sink AS sink, p.direction AS direction, p.data_class AS data_class, p.environment AS environment, v.exposure AS exposure, v.tier AS tier, v.columns AS columns, v.store AS store, v.borders AS borders, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, d.body AS document FROM data_path_version v JOIN data_path p ON p.id = v.data_path_id JOIN document d ON d.id = v.document_id;
CREATE VIEW v1_data_paths_as_of AS SELECT s.number AS snapshot, p.origin AS origin_operation, p.sink AS sink, p.direction AS direction, p.data_class AS data_class, p.environment AS environment, v.exposure AS exposure, v.tier AS tier, v.columns AS columns, v.store AS store, v.borders AS borders, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, d.body AS document FROM snapshot s JOIN data_path_version v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until IS NULL JOIN data_path p ON p.id = v.data_path_id JOIN document d ON d.id = v.document_id UNION ALL SELECT s.number AS snapshot, p.origin AS origin_operation, p.sink AS sink, p.direction AS direction, p.data_class AS data_class, p.environment AS environment, v.exposure AS exposure, v.tier AS tier, v.columns AS columns, v.store AS store, v.borders AS borders, v.since AS valid_from, v.until AS valid_to, v.origin AS origin, d.body AS document FROM snapshot s JOIN data_path_version v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until > s.number JOIN data_path p ON p.id = v.data_path_id JOIN document d ON d.id = v.document_id;
CREATE VIEW v1_components AS SELECT r.source AS subject, r.target AS image, c.purl AS purl, c.name AS name, c.version AS version 
FROM relation_version v
JOIN relation r ON r.id = v.relation_id AND r.verb = 'runs_image'
JOIN component c ON c.subject = substr(r.target, length(r.target) - 70)
WHERE v.until IS NULL;
CREATE VIEW v1_findings AS SELECT f.subject AS subject, f.package AS package, f.advisory AS advisory, v.component AS component, v.version AS version, v.fixed AS fixed, v.severity AS severity, v.image AS image, v.summary AS summary, v.since AS valid_from, v.until AS valid_to, v.origin AS origin FROM finding_version v JOIN finding f ON f.id = v.finding_id WHERE v.until IS NULL;
CREATE VIEW v1_findings_as_of AS SELECT s.number AS snapshot, f.subject AS subject, f.package AS package, f.advisory AS advisory, v.component AS component, v.version AS version, v.fixed AS fixed, v.severity AS severity, v.image AS image, v.summary AS summary, v.since AS valid_from, v.until AS valid_to, v.origin AS origin FROM snapshot s JOIN finding_version v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until IS NULL JOIN finding f ON f.id = v.finding_id UNION ALL SELECT s.number AS snapshot, f.subject AS subject, f.package AS package, f.advisory AS advisory, v.component AS component, v.version AS version, v.fixed AS fixed, v.severity AS severity, v.image AS image, v.summary AS summary, v.since AS valid_from, v.until AS valid_to, v.origin AS origin FROM snapshot s JOIN finding_version v ON s.pruned_at IS NULL AND +v.since <= s.number AND v.until > s.number JOIN finding f ON f.id = v.finding_id;
CREATE VIEW v1_deliveries AS SELECT id AS id, kind AS kind, recipient AS recipient, snapshot_from AS snapshot_from, snapshot_to AS snapshot_to, state AS state, created_at AS created_at, not_before AS not_before, sent_at AS sent_at, attempts AS attempts, last_error AS last_error FROM delivery;
CREATE VIEW v1_dictionary AS SELECT column1 AS view_name, column2 AS column_name, column3 AS meaning, column4 AS unit, column5 AS null_means, column6 AS example, column7 AS since FROM (VALUES ('v1_snapshots', 'number', 'Number of the snapshot', 'snapshot number', '', '42', '0.1'), ('v1_snapshots', 'started_at', 'When its cycle began', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', '', '2026-11-22T06:00:00Z', '0.1'), ('v1_snapshots', 'committed_at', 'When it was written', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', '', '2026-11-22T06:00:09Z', '0.1'), ('v1_snapshots', 'state', 'complete, partial (some gaps) or failed', 'text', '', 'complete', '0.1'), ('v1_snapshots', 'extents', 'Extents asked for', 'number', '', '120', '0.1'), ('v1_snapshots', 'listed', 'Extents answered', 'number', '', '118', '0.1'), ('v1_snapshots', 'header', 'Digest that names it and all before it', 'hex', '', '9f2c...', '0.1'), ('v1_snapshots', 'parent', 'Header of the snapshot before; empty for the first', 'hex', '', '51ab...', '0.1'), ('v1_snapshots', 'late', 'Its cycle ran later than it was due', 'boolean', '', '0', '0.1'), ('v1_snapshots', 'current_from', 'Since when it is the newest usable snapshot', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'it failed and never was, or is pruned', '2026-11-22T06:00:00Z', '0.2'), ('v1_snapshots', 'current_until', 'From when on a later one is; if not after current_from, it never was', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'it still is; or it failed and never was, or is pruned', '2026-11-23T06:00:00Z', '0.2'), ('v1_snapshots', 'pruned_at', 'When it was pruned: what it showed is no more, its header stays', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'it is kept whole', '2026-12-23T06:00:00Z', '0.2'), ('v1_coverage', 'type', 'Resource type', 'text', '', 'aws.rds.instance', '0.1'), ('v1_coverage', 'provider', 'Where it was found: aws, traces, ...', 'text', '', 'aws', '0.1'), ('v1_coverage', 'account', 'Cloud account; for traces the environment', 'text', '', '111122223333', '0.1'), ('v1_coverage', 'region', 'Cloud region; empty for global', 'text', '', 'eu-central-1', '0.1'), ('v1_coverage', 'state', 'listed, sighted, a gap''s cause (denied, throttled, unreachable, disabled, expired, partial, failed), not due, never listed, retired', 'text', '', 'denied', '0.1'), ('v1_coverage', 'detail', 'What failed and what to do; empty if listed', 'text', '', 'sqs:ListQueues', '0.1'), ('v1_coverage', 'since', 'First snapshot with this outcome', 'snapshot number', '', '42', '0.1'), ('v1_coverage', 'last_listed', 'Newest snapshot that listed it', 'snapshot number', 'never listed', '41', '0.1'), ('v1_coverage', 'last_listed_at', 'When that was', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'never listed', '2026-11-21T06:00:09Z', '0.1'), ('v1_coverage', 'details_failed', 'Resources of which a detail could not be read', 'number', '', '0', '0.1'), ('v1_coverage', 'pending', 'Resources that its newest listing lacked, kept until another listing lacks them too', 'number', '', '0', '0.2'), ('v1_coverage_versions', 'type', 'Resource type', 'text', '', 'aws.rds.instance', '0.2'), ('v1_coverage_versions', 'provider', 'Where it was found: aws, traces, ...', 'text', '', 'aws', '0.2'), ('v1_coverage_versions', 'account', 'Cloud account; for traces the environment', 'text', '', '111122223333', '0.2'), ('v1_coverage_versions', 'region', 'Cloud region; empty for global', 'text', '', 'eu-central-1', '0.2'), ('v1_coverage_versions', 'state', 'listed, sighted, a gap''s cause (denied, throttled, unreachable, disabled, expired, partial, failed), not due, never listed, retired', 'text', '', 'denied', '0.2'), ('v1_coverage_versions', 'detail', 'What failed and what to do; empty if listed', 'text', '', 'sqs:ListQueues', '0.2'), ('v1_coverage_versions', 'details_failed', 'Resources of which a detail could not be read', 'number', '', '0', '0.2'), ('v1_coverage_versions', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.2'), ('v1_coverage_versions', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.2'), ('v1_coverage_versions', 'pending', 'Resources that its newest listing lacked, kept until another listing lacks them too', 'number', '', '0', '0.2'), ('v1_coverage_as_of', 'snapshot', 'The snapshot as of which this is; always ask for one', 'snapshot number', '', '42', '0.2'), ('v1_coverage_as_of', 'type', 'Resource type', 'text', '', 'aws.rds.instance', '0.2'), ('v1_coverage_as_of', 'provider', 'Where it was found: aws, traces, ...', 'text', '', 'aws', '0.2'), ('v1_coverage_as_of', 'account', 'Cloud account; for traces the environment', 'text', '', '111122223333', '0.2'), ('v1_coverage_as_of', 'region', 'Cloud region; empty for global', 'text', '', 'eu-central-1', '0.2'), ('v1_coverage_as_of', 'state', 'listed, sighted, a gap''s cause (denied, throttled, unreachable, disabled, expired, partial, failed), not due, never listed, retired', 'text', '', 'denied', '0.2'), ('v1_coverage_as_of', 'detail', 'What failed and what to do; empty if listed', 'text', '', 'sqs:ListQueues', '0.2'), ('v1_coverage_as_of', 'since', 'First snapshot with this outcome', 'snapshot number', '', '42', '0.2'), ('v1_coverage_as_of', 'details_failed', 'Resources of which a detail could not be read', 'number', '', '0', '0.2'), ('v1_coverage_as_of', 'pending', 'Resources that its newest listing lacked, kept until another listing lacks them too', 'number', '', '0', '0.2'), ('v1_sight', 'valid_from', 'First snapshot that saw this much', 'snapshot number', '', '41', '0.2'), ('v1_sight', 'valid_to', 'First snapshot that judged it anew', 'snapshot number', 'it still holds', '42', '0.2'), ('v1_sight', 'workloads', 'Workloads that run', 'number', '', '12', '0.2'), ('v1_sight', 'visible', 'Those of them whose spans arrive', 'number', '', '9', '0.2'), ('v1_sight', 'document', 'As text of JSON: blind, the ones without spans; no_statements, services; unknown_tables; folded, names that stand for all beyond a limit; sampled, services that send a part of their traces', 'text', '', '{"blind":[]}', '0.2'), ('v1_resources', 'urn', 'Identity of the resource', 'text', '', 'arn:aws:sqs:eu-central-1:111122223333:mail', '0.1'), ('v1_resources', 'type', 'Resource type', 'text', '', 'aws.sqs.queue', '0.1'), ('v1_resources', 'name', 'Its own name', 'text', '', 'mail', '0.1'), ('v1_resources', 'role', 'What it is for: entry, workload, data_store, ...', 'text', '', 'queue', '0.1'), ('v1_resources', 'provider', 'Where it was found: aws, traces, ...', 'text', '', 'aws', '0.1'), ('v1_resources', 'account', 'Cloud account; for traces the environment', 'text', '', '111122223333', '0.1'), ('v1_resources', 'region', 'Cloud region; empty for global', 'text', '', 'eu-central-1', '0.1'), ('v1_resources', 'public', 'Reachable from the internet by its own settings', 'boolean', 'the type cannot say', '1', '0.1'), ('v1_resources', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.1'), ('v1_resources', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.1'), ('v1_resources', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.1'), ('v1_resources', 'listed_in', 'Type of the extent that shows it', 'text', '', 'aws.sqs.queue', '0.1'), ('v1_resources', 'document', 'Everything kept of it', 'JSON', '', '{"attributes":{}}', '0.1'), ('v1_resources', 'coverage', 'How the extent that shows it was answered by the newest snapshot, as v1_coverage.state', 'text', 'nothing is known of its extent', 'listed', '0.2'), ('v1_resources', 'confirmed_at', 'When it was last listed', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'never', '2026-11-22T06:00:09Z', '0.2'), ('v1_resources', 'pending', 'Listings in a row that lacked it, where more than one must before it counts as removed', 'number', '', '0', '0.2'), ('v1_resource_versions', 'urn', 'Identity of the resource', 'text', '', 'arn:aws:sqs:eu-central-1:111122223333:mail', '0.1'), ('v1_resource_versions', 'type', 'Resource type', 'text', '', 'aws.sqs.queue', '0.1'), ('v1_resource_versions', 'name', 'Its own name', 'text', '', 'mail', '0.1'), ('v1_resource_versions', 'role', 'What it is for: entry, workload, data_store, ...', 'text', '', 'queue', '0.1'), ('v1_resource_versions', 'provider', 'Where it was found: aws, traces, ...', 'text', '', 'aws', '0.1'), ('v1_resource_versions', 'account', 'Cloud account; for traces the environment', 'text', '', '111122223333', '0.1'), ('v1_resource_versions', 'region', 'Cloud region; empty for global', 'text', '', 'eu-central-1', '0.1'), ('v1_resource_versions', 'public', 'Reachable from the internet by its own settings', 'boolean', 'the type cannot say', '1', '0.1'), ('v1_resource_versions', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.1'), ('v1_resource_versions', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.1'), ('v1_resource_versions', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.1'), ('v1_resource_versions', 'listed_in', 'Type of the extent that shows it', 'text', '', 'aws.sqs.queue', '0.1'), ('v1_resource_versions', 'document', 'Everything kept of it', 'JSON', '', '{"attributes":{}}', '0.1'), ('v1_resources_as_of', 'snapshot', 'The snapshot as of which this is; always ask for one', 'snapshot number', '', '42', '0.2'), ('v1_resources_as_of', 'urn', 'Identity of the resource', 'text', '', 'arn:aws:sqs:eu-central-1:111122223333:mail', '0.2'), ('v1_resources_as_of', 'type', 'Resource type', 'text', '', 'aws.sqs.queue', '0.2'), ('v1_resources_as_of', 'name', 'Its own name', 'text', '', 'mail', '0.2'), ('v1_resources_as_of', 'role', 'What it is for: entry, workload, data_store, ...', 'text', '', 'queue', '0.2'), ('v1_resources_as_of', 'provider', 'Where it was found: aws, traces, ...', 'text', '', 'aws', '0.2'), ('v1_resources_as_of', 'account', 'Cloud account; for traces the environment', 'text', '', '111122223333', '0.2'), ('v1_resources_as_of', 'region', 'Cloud region; empty for global', 'text', '', 'eu-central-1', '0.2'), ('v1_resources_as_of', 'public', 'Reachable from the internet by its own settings', 'boolean', 'the type cannot say', '1', '0.2'), ('v1_resources_as_of', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.2'), ('v1_resources_as_of', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.2'), ('v1_resources_as_of', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.2'), ('v1_resources_as_of', 'listed_in', 'Type of the extent that shows it', 'text', '', 'aws.sqs.queue', '0.2'), ('v1_resources_as_of', 'document', 'Everything kept of it', 'JSON', '', '{"attributes":{}}', '0.2'), ('v1_relations', 'source', 'urn of the source', 'text', '', 'service://prod/shop/checkout', '0.1'), ('v1_relations', 'verb', 'What the source does or is to the target', 'text', '', 'runs_on', '0.1'), ('v1_relations', 'target', 'urn of the target; an alias, as namespace|kind|value, while it is not resolved', 'text', '', 'arn:aws:ecs:eu-central-1:111122223333:service/shop/checkout', '0.1'), ('v1_relations', 'raw_target', 'The target as it was found', 'text', '', 'public|host|db.example', '0.1'), ('v1_relations', 'binding', 'resolved, ambiguous, unresolved or third_party', 'text', 'the target is a urn', 'resolved', '0.1'), ('v1_relations', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.1'), ('v1_relations', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.1'), ('v1_relations', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.1'), ('v1_relations', 'document', 'What else is known of it', 'JSON', '', '{"columns":["email"]}', '0.1'), ('v1_flows', 'source', 'urn of the source', 'text', '', 'service://prod/shop/checkout', '0.1'), ('v1_flows', 'verb', 'What the source does or is to the target', 'text', '', 'runs_on', '0.1'), ('v1_flows', 'target', 'urn of the target; an alias, as namespace|kind|value, while it is not resolved', 'text', '', 'arn:aws:ecs:eu-central-1:111122223333:service/shop/checkout', '0.1'), ('v1_flows', 'raw_target', 'The target as it was found', 'text', '', 'public|host|db.example', '0.1'), ('v1_flows', 'binding', 'resolved, ambiguous, unresolved or third_party', 'text', 'the target is a urn', 'resolved', '0.1'), ('v1_flows', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.1'), ('v1_flows', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.1'), ('v1_flows', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.1'), ('v1_flows', 'document', 'What else is known of it', 'JSON', '', '{"columns":["email"]}', '0.1'), ('v1_flows', 'first_seen', 'Time of the first span', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'not known', '2026-11-20T09:12:44Z', '0.1'), ('v1_flows', 'last_seen', 'Time of the newest span', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'not known', '2026-11-22T05:59:58Z', '0.1'), ('v1_flows', 'times', 'How often, at least', 'number', '', '12', '0.1'), ('v1_relation_versions', 'source', 'urn of the source', 'text', '', 'service://prod/shop/checkout', '0.2'), ('v1_relation_versions', 'verb', 'What the source does or is to the target', 'text', '', 'runs_on', '0.2'), ('v1_relation_versions', 'target', 'urn of the target; an alias, as namespace|kind|value, while it is not resolved', 'text', '', 'arn:aws:ecs:eu-central-1:111122223333:service/shop/checkout', '0.2'), ('v1_relation_versions', 'raw_target', 'The target as it was found', 'text', '', 'public|host|db.example', '0.2'), ('v1_relation_versions', 'binding', 'resolved, ambiguous, unresolved or third_party', 'text', 'the target is a urn', 'resolved', '0.2'), ('v1_relation_versions', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.2'), ('v1_relation_versions', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.2'), ('v1_relation_versions', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.2'), ('v1_relation_versions', 'document', 'What else is known of it', 'JSON', '', '{"columns":["email"]}', '0.2'), ('v1_relation_versions', 'observed', 'A flow seen in telemetry, not a stated link', 'boolean', '', '1', '0.2'), ('v1_relation_versions', 'first_seen', 'Time of the first span', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'not known', '2026-11-20T09:12:44Z', '0.2'), ('v1_relation_versions', 'last_seen', 'Time of the newest span', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'not known', '2026-11-22T05:59:58Z', '0.2'), ('v1_relation_versions', 'times', 'How often, at least', 'number', '', '12', '0.2'), ('v1_relations_as_of', 'snapshot', 'The snapshot as of which this is; always ask for one', 'snapshot number', '', '42', '0.2'), ('v1_relations_as_of', 'source', 'urn of the source', 'text', '', 'service://prod/shop/checkout', '0.2'), ('v1_relations_as_of', 'verb', 'What the source does or is to the target', 'text', '', 'runs_on', '0.2'), ('v1_relations_as_of', 'target', 'urn of the target; an alias, as namespace|kind|value, while it is not resolved', 'text', '', 'arn:aws:ecs:eu-central-1:111122223333:service/shop/checkout', '0.2'), ('v1_relations_as_of', 'raw_target', 'The target as it was found', 'text', '', 'public|host|db.example', '0.2'), ('v1_relations_as_of', 'binding', 'resolved, ambiguous, unresolved or third_party', 'text', 'the target is a urn', 'resolved', '0.2'), ('v1_relations_as_of', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.2'), ('v1_relations_as_of', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.2'), ('v1_relations_as_of', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.2'), ('v1_relations_as_of', 'document', 'What else is known of it', 'JSON', '', '{"columns":["email"]}', '0.2'), ('v1_relations_as_of', 'observed', 'A flow seen in telemetry, not a stated link', 'boolean', '', '1', '0.2'), ('v1_changes', 'snapshot', 'Snapshot that shows the change', 'snapshot number', '', '42', '0.1'), ('v1_changes', 'kind', 'resource, relation or data_path', 'text', '', 'resource', '0.1'), ('v1_changes', 'action', 'added, altered, removed, restated or newly_visible', 'text', '', 'added', '0.1'), ('v1_changes', 'subject', 'urn, or source, verb and target', 'text', '', 'arn:aws:sqs:...', '0.1'), ('v1_changes', 'type', 'Resource type, verb or direction', 'text', '', 'aws.sqs.queue', '0.1'), ('v1_changes', 'provider', 'Where it was found: aws, traces, ...', 'text', '', 'aws', '0.2'), ('v1_changes', 'account', 'Cloud account; for traces the environment', 'text', '', '111122223333', '0.2'), ('v1_changes', 'region', 'Cloud region; empty for global', 'text', '', 'eu-central-1', '0.2'), ('v1_changes', 'started_at', 'When the cycle of that snapshot began', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', '', '2026-11-22T06:00:00Z', '0.2'), ('v1_data_paths', 'origin_operation', 'Operation at which the path begins (urn)', 'text', '', 'operation://prod/shop/checkout/GET /orders/{id}', '0.1'), ('v1_data_paths', 'sink', 'Table, third party or topic at which it ends (urn)', 'text', '', 'table://public/postgresql/db.example:5432/shop/public.customers', '0.1'), ('v1_data_paths', 'direction', 'reads, writes, sends (to a third party) or publishes (to a topic or queue)', 'text', '', 'reads', '0.1'), ('v1_data_paths', 'data_class', 'Kind of personal data, a fideslang key', 'text', '', 'user.contact.email', '0.1'), ('v1_data_paths', 'environment', 'Environment of the origin', 'text', '', 'prod', '0.1'), ('v1_data_paths', 'exposure', 'internet or internal', 'text', '', 'internet', '0.1'), ('v1_data_paths', 'tier', 'observed (within one trace) or possible (composed of edges)', 'text', '', 'observed', '0.1'), ('v1_data_paths', 'columns', 'Columns that carry the class, comma-separated', 'text', '', 'email', '0.1'), ('v1_data_paths', 'store', 'urn of the data store the sink lies in; empty if unknown', 'text', '', 'arn:aws:rds:...', '0.1'), ('v1_data_paths', 'borders', 'Jurisdictions crossed, comma-separated', 'text', '', 'EU->US', '0.1'), ('v1_data_paths', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.1'), ('v1_data_paths', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.1'), ('v1_data_paths', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.1'), ('v1_data_paths', 'document', 'Route, evidence and reasons', 'JSON', '', '{"route":[]}', '0.1'), ('v1_data_path_changes', 'origin_operation', 'Operation at which the path begins (urn)', 'text', '', 'operation://prod/shop/checkout/GET /orders/{id}', '0.1'), ('v1_data_path_changes', 'sink', 'Table, third party or topic at which it ends (urn)', 'text', '', 'table://public/postgresql/db.example:5432/shop/public.customers', '0.1'), ('v1_data_path_changes', 'direction', 'reads, writes, sends (to a third party) or publishes (to a topic or queue)', 'text', '', 'reads', '0.1'), ('v1_data_path_changes', 'data_class', 'Kind of personal data, a fideslang key', 'text', '', 'user.contact.email', '0.1'), ('v1_data_path_changes', 'environment', 'Environment of the origin', 'text', '', 'prod', '0.1'), ('v1_data_path_changes', 'exposure', 'internet or internal', 'text', '', 'internet', '0.1'), ('v1_data_path_changes', 'tier', 'observed (within one trace) or possible (composed of edges)', 'text', '', 'observed', '0.1'), ('v1_data_path_changes', 'columns', 'Columns that carry the class, comma-separated', 'text', '', 'email', '0.1'), ('v1_data_path_changes', 'store', 'urn of the data store the sink lies in; empty if unknown', 'text', '', 'arn:aws:rds:...', '0.1'), ('v1_data_path_changes', 'borders', 'Jurisdictions crossed, comma-separated', 'text', '', 'EU->US', '0.1'), ('v1_data_path_changes', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.1'), ('v1_data_path_changes', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.1'), ('v1_data_path_changes', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.1'), ('v1_data_path_changes', 'document', 'Route, evidence and reasons', 'JSON', '', '{"route":[]}', '0.1'), ('v1_data_paths_as_of', 'snapshot', 'The snapshot as of which this is; always ask for one', 'snapshot number', '', '42', '0.2'), ('v1_data_paths_as_of', 'origin_operation', 'Operation at which the path begins (urn)', 'text', '', 'operation://prod/shop/checkout/GET /orders/{id}', '0.2'), ('v1_data_paths_as_of', 'sink', 'Table, third party or topic at which it ends (urn)', 'text', '', 'table://public/postgresql/db.example:5432/shop/public.customers', '0.2'), ('v1_data_paths_as_of', 'direction', 'reads, writes, sends (to a third party) or publishes (to a topic or queue)', 'text', '', 'reads', '0.2'), ('v1_data_paths_as_of', 'data_class', 'Kind of personal data, a fideslang key', 'text', '', 'user.contact.email', '0.2'), ('v1_data_paths_as_of', 'environment', 'Environment of the origin', 'text', '', 'prod', '0.2'), ('v1_data_paths_as_of', 'exposure', 'internet or internal', 'text', '', 'internet', '0.2'), ('v1_data_paths_as_of', 'tier', 'observed (within one trace) or possible (composed of edges)', 'text', '', 'observed', '0.2'), ('v1_data_paths_as_of', 'columns', 'Columns that carry the class, comma-separated', 'text', '', 'email', '0.2'), ('v1_data_paths_as_of', 'store', 'urn of the data store the sink lies in; empty if unknown', 'text', '', 'arn:aws:rds:...', '0.2'), ('v1_data_paths_as_of', 'borders', 'Jurisdictions crossed, comma-separated', 'text', '', 'EU->US', '0.2'), ('v1_data_paths_as_of', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.2'), ('v1_data_paths_as_of', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.2'), ('v1_data_paths_as_of', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.2'), ('v1_data_paths_as_of', 'document', 'Route, evidence and reasons', 'JSON', '', '{"route":[]}', '0.2'), ('v1_components', 'subject', 'urn of the service, or of the workload', 'text', '', 'service://prod/shop/web', '0.1'), ('v1_components', 'image', 'urn of the image', 'text', '', 'image://registry.example/web@sha256:...', '0.1'), ('v1_components', 'purl', 'Package URL with version', 'text', '', 'pkg:pypi/flask@3.1.0', '0.1'), ('v1_components', 'name', 'Name of the component', 'text', '', 'flask', '0.1'), ('v1_components', 'version', 'Version of the component', 'text', '', '3.1.0', '0.1'), ('v1_findings', 'subject', 'urn of the service, or of the workload', 'text', '', 'service://prod/shop/web', '0.1'), ('v1_findings', 'package', 'Package URL without version', 'text', '', 'pkg:pypi/flask', '0.1'), ('v1_findings', 'advisory', 'CVE, or the advisory''s own id', 'text', '', 'CVE-2021-44228', '0.1'), ('v1_findings', 'component', 'Name of the component', 'text', '', 'log4j-core', '0.1'), ('v1_findings', 'version', 'Version that runs', 'text', '', '2.14.1', '0.1'), ('v1_findings', 'fixed', 'Versions that mend it, comma-separated', 'text', '', '2.15.0', '0.1'), ('v1_findings', 'severity', 'critical, high, medium, low or unknown', 'text', '', 'critical', '0.1'), ('v1_findings', 'image', 'urn of the image that contains it', 'text', '', 'image://registry.example/web@sha256:...', '0.1'), ('v1_findings', 'summary', 'The advisory in one line', 'text', '', 'Code can be run by a log message', '0.1'), ('v1_findings', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.1'), ('v1_findings', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.1'), ('v1_findings', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.1'), ('v1_findings_as_of', 'snapshot', 'The snapshot as of which this is; always ask for one', 'snapshot number', '', '42', '0.2'), ('v1_findings_as_of', 'subject', 'urn of the service, or of the workload', 'text', '', 'service://prod/shop/web', '0.2'), ('v1_findings_as_of', 'package', 'Package URL without version', 'text', '', 'pkg:pypi/flask', '0.2'), ('v1_findings_as_of', 'advisory', 'CVE, or the advisory''s own id', 'text', '', 'CVE-2021-44228', '0.2'), ('v1_findings_as_of', 'component', 'Name of the component', 'text', '', 'log4j-core', '0.2'), ('v1_findings_as_of', 'version', 'Version that runs', 'text', '', '2.14.1', '0.2'), ('v1_findings_as_of', 'fixed', 'Versions that mend it, comma-separated', 'text', '', '2.15.0', '0.2'), ('v1_findings_as_of', 'severity', 'critical, high, medium, low or unknown', 'text', '', 'critical', '0.2'), ('v1_findings_as_of', 'image', 'urn of the image that contains it', 'text', '', 'image://registry.example/web@sha256:...', '0.2'), ('v1_findings_as_of', 'summary', 'The advisory in one line', 'text', '', 'Code can be run by a log message', '0.2'), ('v1_findings_as_of', 'valid_from', 'First snapshot in which this version holds', 'snapshot number', '', '41', '0.2'), ('v1_findings_as_of', 'valid_to', 'First snapshot in which it no longer holds', 'snapshot number', 'it still holds', '42', '0.2'), ('v1_findings_as_of', 'origin', 'How the version came to be: baseline, added, altered, restated, newly_visible', 'text', '', 'added', '0.2'), ('v1_deliveries', 'id', 'Number of the delivery', 'number', '', '7', '0.1'), ('v1_deliveries', 'kind', 'baseline, alarm or digest', 'text', '', 'digest', '0.1'), ('v1_deliveries', 'recipient', 'Mail address of the operator', 'text', '', 'ops@example.org', '0.1'), ('v1_deliveries', 'snapshot_from', 'Compared with this snapshot', 'snapshot number', 'a baseline', '41', '0.1'), ('v1_deliveries', 'snapshot_to', 'The snapshot reported', 'snapshot number', '', '42', '0.1'), ('v1_deliveries', 'state', 'pending, sent, quiet (nothing to say) or expired', 'text', '', 'sent', '0.1'), ('v1_deliveries', 'created_at', 'Since when it is due', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', '', '2026-11-22T06:00:09Z', '0.1'), ('v1_deliveries', 'not_before', 'When it may leave', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', '', '2026-11-22T07:00:00Z', '0.1'), ('v1_deliveries', 'sent_at', 'When the mail server took it', 'UTC time, YYYY-MM-DDTHH:MM:SSZ', 'not yet', '2026-11-22T07:00:02Z', '0.1'), ('v1_deliveries', 'attempts', 'How often it was tried', 'number', '', '1', '0.1'), ('v1_deliveries', 'last_error', 'Why the last try failed; empty if it did not', 'text', '', 'connection refused', '0.1'), ('v1_dictionary', 'view_name', 'Name of the view', 'text', '', 'v1_resources', '0.1'), ('v1_dictionary', 'column_name', 'Name of the column', 'text', '', 'urn', '0.1'), ('v1_dictionary', 'meaning', 'What it says', 'text', '', 'Identity of the resource', '0.1'), ('v1_dictionary', 'unit', 'How to read it', 'text', '', 'snapshot number', '0.1'), ('v1_dictionary', 'null_means', 'What null means; empty if it is never null', 'text', '', 'it still holds', '0.1'), ('v1_dictionary', 'example', 'One value it may have', 'text', '', '42', '0.1'), ('v1_dictionary', 'since', 'Release that brought it', 'text', '', '0.1', '0.1')) AS rows_;
COMMIT;
