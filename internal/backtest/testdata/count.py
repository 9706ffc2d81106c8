"""A trail of an organisation, and its own count of the launches in it: what riposte backtest's table is compared with.

count.py make FOLDER MEGABYTES [SEED]   writes gzipped log files, so many megabytes in all, some records in two of them
count.py count FOLDER                   prints, as JSON, the launches in them, by playbook, account and who called
"""
import gzip, json, os, random, sys
from collections import Counter

ACCOUNTS = ["%012d" % (100000000000 + 7 * n) for n in range(1, 41)]


def record(r, n, day):
    account = r.choice(ACCOUNTS)
    name = "person-%02d" % r.randrange(30)
    out = {
        "eventVersion": "1.11", "eventTime": "2026-03-%02dT%02d:%02d:00Z" % (day, r.randrange(24), r.randrange(60)), "eventSource": "ec2.amazonaws.com",
        "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.%d" % r.randrange(250), "userAgent": "tool/" + r.randbytes(24).hex(),
        "eventID": "e-%d" % n, "requestID": r.randbytes(16).hex(), "recipientAccountId": account, "eventType": "AwsApiCall", "managementEvent": True,
        "userIdentity": {
            "type": "IAMUser", "principalId": "AIDAEXAMPLE" + name[-2:] + account[-8:], "arn": "arn:aws:iam::%s:user/%s" % (account, name), "accountId": account,
            "accessKeyId": "AKIAEXAMPLE000000001", "userName": name,
        },
    }
    if r.random() < 0.97:
        out.update(eventName="DescribeInstances", readOnly=True, requestParameters={"filter": r.randbytes(60).hex()}, responseElements=None)
        return out
    image = "ami-" + r.randbytes(8).hex() + "0"
    out.update(eventName="RunInstances", readOnly=False, requestParameters={"instancesSet": {"items": [{"imageId": image, "minCount": 1, "maxCount": 3}]}})
    if r.random() < 0.1:
        out.update(errorCode="Client.UnauthorizedOperation", errorMessage="no", responseElements=None)
        return out
    launched = [{"instanceId": "i-" + r.randbytes(8).hex() + "0", "imageId": image} for _ in range(r.randint(1, 3))]
    out["responseElements"] = {"instancesSet": {"items": launched}}
    return out


def make(folder, megabytes, seed):
    r, written, n, files, again = random.Random(seed), 0, 0, 0, []
    while written < megabytes * 1e6:
        day = 1 + files % 28
        records = again + [record(r, n + i, day) for i in range(4000)]
        n += 4000
        again = r.sample(records, 20)  # CloudTrail delivers at least once
        account = ACCOUNTS[files % len(ACCOUNTS)]
        where = "%s/AWSLogs/%s/CloudTrail/eu-west-1/2026/03/%02d" % (folder, account, day)
        os.makedirs(where, exist_ok=True)
        name = "%s/%s_CloudTrail_eu-west-1_202603%02dT0000Z_%06d.json.gz" % (where, account, day, files)
        with gzip.open(name, "wt", compresslevel=1) as f:
            json.dump({"Records": records}, f, separators=(",", ":"))
        written += os.path.getsize(name)
        files += 1
    print("%d files, %d records, %.0f MB" % (files, n, written / 1e6))


def count(folder):
    """A launch is looked at for each instance (may its image be launched?), and once as a call (who made it?)."""
    seen, accounts, callers, instances = set(), Counter(), Counter(), 0
    for where, _, names in os.walk(folder):
        for name in names:
            with gzip.open(os.path.join(where, name)) as f:
                for e in json.load(f)["Records"]:
                    if e["eventName"] != "RunInstances" or e.get("errorCode") or e["eventID"] in seen:
                        continue
                    seen.add(e["eventID"])
                    n = len(e["responseElements"]["instancesSet"]["items"])
                    instances += n
                    accounts[e["recipientAccountId"]] += n + 1
                    callers[e["userIdentity"]["arn"]] += n + 1
    print(json.dumps({"playbook": {"launch.unapproved-image": instances, "ownership.creator": len(seen)}, "account": accounts, "person or principal": callers}, sort_keys=True))


if sys.argv[1] == "make":
    make(sys.argv[2], float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1)
else:
    count(sys.argv[2])
