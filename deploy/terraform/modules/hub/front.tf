# slack_secret: the front, which takes people's clicks in Slack. It is the same package with another part to play: it stands open to the
# internet, checks Slack's signature, and puts the click into a queue of its own. It may do nothing else: no table, no role, no event. The
# function checks the signature again, and takes by that queue clicks and nothing else.

locals {
  front            = local.lambda && var.slack_secret != ""
  answers_arn      = "${local.prefix}:sqs:${local.region}:${local.account}:${var.name}-answers"
  answers_dead_arn = "${local.prefix}:sqs:${local.region}:${local.account}:${var.name}-answers-dead-letters"
  secrets          = distinct(compact(concat([local.front ? var.slack_secret : ""], var.secrets)))
}

# What was refused here is evidence of a front that was taken over. It must never be put where events are believed, so that it has a queue of its own.
resource "aws_sqs_queue" "answers_dead" {
  count                     = local.front ? 1 : 0
  name                      = "${var.name}-answers-dead-letters"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.encrypted["answers_dead"].json
  tags                      = var.tags
}

resource "aws_sqs_queue" "answers" {
  count                      = local.front ? 1 : 0
  name                       = "${var.name}-answers"
  visibility_timeout_seconds = 6 * local.function_seconds
  message_retention_seconds  = 3600 # a click counts for twenty minutes
  sqs_managed_sse_enabled    = true
  policy                     = data.aws_iam_policy_document.answers.json
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.answers_dead[0].arn, maxReceiveCount = 3 })
  tags                       = var.tags
}

data "aws_iam_policy_document" "answers" {
  statement {
    sid       = "NobodyElseAnswers"
    effect    = "Deny"
    actions   = ["sqs:SendMessage"]
    resources = [local.answers_arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "ArnNotEquals"
      variable = "aws:PrincipalArn"
      values   = ["${local.prefix}:iam::${local.account}:role/${var.name}-front"]
    }
  }
  source_policy_documents = [data.aws_iam_policy_document.encrypted["answers"].json]
}

resource "aws_lambda_event_source_mapping" "answers" {
  count                   = local.front ? 1 : 0
  event_source_arn        = aws_sqs_queue.answers[0].arn
  function_name           = aws_lambda_function.riposte[0].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = 2
  }
}

resource "aws_iam_role" "front" {
  count       = local.front ? 1 : 0
  name        = "${var.name}-front"
  description = "riposte's front: puts clicks into their queue, and may do nothing else"
  tags        = var.tags
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "front" {
  count  = local.front ? 1 : 0
  name   = "front"
  role   = aws_iam_role.front[0].id
  policy = data.aws_iam_policy_document.front[0].json
}

data "aws_iam_policy_document" "front" {
  count = local.front ? 1 : 0
  statement {
    sid       = "Answer"
    actions   = ["sqs:SendMessage"]
    resources = [local.answers_arn]
  }
  statement {
    sid       = "ReadSecret" # of a SecureString under a key of one's own: also kms:Decrypt, by the key's policy
    actions   = ["ssm:GetParameter"]
    resources = ["${local.prefix}:ssm:${local.region}:${local.account}:parameter${var.slack_secret}"]
  }
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.front[0].arn}:*"]
  }
}

resource "aws_cloudwatch_log_group" "front" {
  count             = local.front ? 1 : 0
  name              = "/aws/lambda/${var.name}-front"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "front" {
  count                          = local.front ? 1 : 0
  function_name                  = "${var.name}-front"
  description                    = "Takes people's clicks."
  role                           = aws_iam_role.front[0].arn
  filename                       = var.lambda_zip
  source_code_hash               = filebase64sha256(var.lambda_zip)
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  memory_size                    = 256
  timeout                        = 10
  reserved_concurrent_executions = 5 # whoever knocks takes no more of the account's; while five do, clicks wait outside, and the alarm front-throttled tells
  tags                           = var.tags

  environment {
    variables = {
      RIPOSTE_PART           = "front"
      RIPOSTE_ANSWER_QUEUE   = aws_sqs_queue.answers[0].url
      RIPOSTE_SIGNING_SECRET = "ssm:${var.slack_secret}"
    }
  }
  depends_on = [aws_iam_role_policy.front, aws_cloudwatch_log_group.front]
}

resource "aws_lambda_function_url" "front" {
  count              = local.front ? 1 : 0
  function_name      = aws_lambda_function.front[0].function_name
  authorization_type = "NONE" # Slack signs its requests, and knows no other way
}

# Since October 2025 a URL takes both. The second names no condition, which versions of the provider before 6 do not know: who invokes the
# front otherwise than by its URL needs Slack's signature all the same.
# https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
resource "aws_lambda_permission" "front_url" {
  count                  = local.front ? 1 : 0
  statement_id           = "url"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.front[0].function_name
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "front" {
  count         = local.front ? 1 : 0
  statement_id  = "invoke"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.front[0].function_name
  principal     = "*"
}
